import { describe, expect, it } from "vitest";
import { isWithin, readRepositoryUrl } from "../../../controller/wires/git/repository-url.ts";

describe("the address of a repository", () => {
  it.each([
    ["https://git.example.com/lab/fleet.git", "https", "https://git.example.com/lab/fleet.git"],
    ["https://git.example.com:8443/fleet", "https", "https://git.example.com:8443/fleet"],
    ["HTTPS://Git.Example.com/fleet", "https", "https://git.example.com/fleet"],
    ["file:///srv/fleet.git", "file", "file:///srv/fleet.git"],
    ["/srv/fleet.git", "file", "file:///srv/fleet.git"],
    ["/srv/a b/../fleet.git", "file", "file:///srv/fleet.git"],
    ["/srv/50% lab#1.git", "file", "file:///srv/50%25%20lab%231.git"],
    ["file:///srv/x/../../etc/fleet.git", "file", "file:///etc/fleet.git"],
  ])("%s is understood", (text, transport, normalized) => {
    expect(readRepositoryUrl(text)).toEqual({ transport, text: normalized });
  });

  it.each([
    ["http://git.example.com/fleet.git", /has the scheme http$/],
    ["ssh://git@example.com/fleet.git", /says a user or password$/],
    ["git://example.com/fleet.git", /has the scheme git$/],
    ["ext::sh -c whoami", /has the scheme ext$/],
    ["git@example.com:lab/fleet.git", /is no address$/],
    ["fleet.git", /is no address$/],
    ["", /is no address$/],
    ["--upload-pack=touch /tmp/x", /is no address$/],
    ["file://elsewhere/srv/fleet.git", /names the host elsewhere$/],
    ["https://example.com/fleet.git?x=1", /has a part behind/],
    ["https://example.com/fleet.git#main", /has a part behind/],
  ])("%s is refused, with a hint", (text, message) => {
    const details = { hint: expect.stringMatching(/./) };
    const refusal = { code: "SPORE_GIT_FAILED", message: expect.stringMatching(message), details };
    expect(() => readRepositoryUrl(text)).toThrow(expect.objectContaining(refusal));
  });

  it("a password in it is not repeated", () => {
    const discreet = { message: expect.not.stringContaining("hunter2") };
    expect(() => readRepositoryUrl("https://me:hunter2@example.com/fleet.git")).toThrow(
      expect.objectContaining(discreet),
    );
  });

  it.each([
    ["/srv/fleet.git", ["/srv"], true],
    ["/srv/fleet.git", ["/srv/"], true],
    ["/srv/fleet.git", ["/srv/fleet.git"], true],
    ["/srv/fleet.git", ["/"], true],
    ["/srv-private/fleet.git", ["/srv"], false],
    ["/srv/../etc/fleet.git", ["/srv"], false],
    ["file:///srv/%2e%2e/etc/fleet.git", ["/srv"], false],
    ["/srv/fleet.git", [], false],
  ])("%s within %j: %s", (text, roots, expected) => {
    expect(isWithin(readRepositoryUrl(text), roots)).toBe(expected);
  });
});
