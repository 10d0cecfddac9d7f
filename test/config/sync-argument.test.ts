import { describe, expect, it } from "vitest";
import { parseSyncArgument } from "../../controller/config/sync-argument.ts";

describe("--sync", () => {
  it.each([
    ["https://git.example.com/lab/fleet.git", { url: "https://git.example.com/lab/fleet.git" }],
    ["https://git.example.com/fleet@main", { url: "https://git.example.com/fleet", branch: "main" }],
    ["https://git.example.com/fleet//lab/a", { url: "https://git.example.com/fleet", path: "lab/a" }],
    [
      "https://git.example.com:8443/f.git@feature/x//lab",
      { url: "https://git.example.com:8443/f.git", branch: "feature/x", path: "lab" },
    ],
    ["https://me@git.example.com/f.git", { url: "https://me@git.example.com/f.git" }],
    ["/srv/fleet.git", { url: "/srv/fleet.git" }],
    ["/srv/fleet.git@main//lab", { url: "/srv/fleet.git", branch: "main", path: "lab" }],
    ["file:///srv/fleet.git@v1//", { url: "file:///srv/fleet.git", branch: "v1" }],
  ])("%s", (text, expected) => {
    expect(parseSyncArgument(text)).toEqual(expected);
  });

  it.each(["", "fleet.git", "ssh://git@example.com/x", "git@example.com:x.git", "https://", "https://host", "/srv/a@"])(
    "%j is refused",
    (text) => {
      expect(() => parseSyncArgument(text)).toThrow(expect.objectContaining({ code: "SPORE_USAGE" }));
    },
  );
});
