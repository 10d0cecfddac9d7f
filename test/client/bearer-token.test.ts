import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BearerToken } from "../../controller/client/bearer-token.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("BearerToken", () => {
  it("reads a token's file again after a minute, and keeps what it has while there is nothing to read", async () => {
    await using directory = await temporaryDirectory();
    const tokenFile = join(directory.path, "token");
    const clock = new ManualClock();
    const bearer = new BearerToken({ token: "first", tokenFile }, clock);
    await writeFile(tokenFile, "second\n");
    expect(await bearer.current()).toBe("first");
    await clock.advance(60_000);
    expect(await bearer.current()).toBe("second");
    await rm(tokenFile);
    await clock.advance(60_000);
    expect(await bearer.current()).toBe("second");
  });

  it("looks at once when the server refuses the token", async () => {
    await using directory = await temporaryDirectory();
    const tokenFile = join(directory.path, "token");
    await writeFile(tokenFile, "first");
    const bearer = new BearerToken({ token: "first", tokenFile }, new ManualClock());
    expect(await bearer.replaced("first")).toBe(false);
    await writeFile(tokenFile, "second");
    expect(await bearer.replaced("first")).toBe(true);
    expect(await bearer.current()).toBe("second");
  });

  it("never changes where there is no file", async () => {
    const clock = new ManualClock();
    const bearer = new BearerToken({ token: "fixed" }, clock);
    await clock.advance(3_600_000);
    expect([await bearer.current(), await bearer.replaced("fixed")]).toEqual(["fixed", false]);
    expect(await new BearerToken({}, clock).current()).toBe(undefined);
  });
});
