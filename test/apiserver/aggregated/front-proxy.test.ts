import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type FrontProxy, userOfFrontProxy } from "../../../controller/apiserver/aggregated/front-proxy.ts";
import { type Authority, newAuthority } from "../../support/certificates.ts";

const nowMs = Date.UTC(2026, 10, 21);
const rawHeaders = ["X-Remote-User", "ada", "X-Remote-Group", "developers", "X-Forwarded-User", "eve"];
let authority: Authority;
let stranger: Authority;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([newAuthority(), newAuthority()]);
});

function proxy(change: Partial<FrontProxy> = {}): FrontProxy {
  return {
    authorities: authority.ca,
    allowedNames: ["front-proxy"],
    userHeaders: ["x-remote-user"],
    groupHeaders: ["x-remote-group"],
    ...change,
  };
}

async function certificateOf(name: string, from = authority): Promise<Uint8Array> {
  return new X509Certificate((await from.identify(name)).certificate).raw;
}

describe("userOfFrontProxy", () => {
  it("believes an API server in front that proves to be one", async () => {
    const presented = { authorization: undefined, certificate: await certificateOf("front-proxy"), rawHeaders };
    const ada = { name: "ada", groups: ["developers", "system:authenticated"] };
    expect(userOfFrontProxy(proxy(), presented, nowMs)).toEqual(ada);
    const severalAuthorities = proxy({ authorities: `${stranger.ca}\n${authority.ca}\n` });
    expect(userOfFrontProxy(severalAuthorities, presented, nowMs)).toEqual(ada);
  });

  it("believes nobody else", async () => {
    const certificate = await certificateOf("front-proxy");
    const presented = { authorization: undefined, certificate, rawHeaders };
    const ask = (change: object, of = proxy(), at = nowMs) => userOfFrontProxy(of, { ...presented, ...change }, at);
    expect(ask({ certificate: undefined })).toBe(undefined);
    expect(ask({ certificate: await certificateOf("front-proxy", stranger) })).toBe(undefined);
    expect(ask({ certificate: await certificateOf("somebody") })).toBe(undefined);
    expect(ask({ rawHeaders: ["X-Forwarded-User", "eve"] })).toBe(undefined);
    expect(ask({ rawHeaders: ["X-Remote-User", ""] })).toBe(undefined);
    expect(ask({}, proxy({ authorities: "" }))).toBe(undefined);
    expect(ask({}, proxy({ allowedNames: ["other"] }))).toBe(undefined);
    expect(ask({}, proxy(), Date.UTC(2121, 0, 1))).toBe(undefined);
    expect(ask({}, proxy(), Date.UTC(2019, 0, 1))).toBe(undefined);
    expect(ask({}, proxy({ allowedNames: [] }))?.name).toBe("ada");
  });

  it("takes a group with a comma for one group, and each header for one", async () => {
    const certificate = await certificateOf("front-proxy");
    const groups = ["x-remote-group", "a,system:masters", "X-Remote-Group", "b"];
    const presented = { authorization: undefined, certificate, rawHeaders: ["x-remote-user", "eve", ...groups] };
    const user = userOfFrontProxy(proxy(), presented, nowMs);
    expect(user?.groups).toEqual(["a,system:masters", "b", "system:authenticated"]);
  });
});
