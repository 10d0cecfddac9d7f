import { open } from "node:fs/promises";
import { expect, it } from "vitest";
import { systemErrorCode } from "../../controller/base/system-error-code.ts";

it("systemErrorCode tells what the system said, and nothing of anything else", async () => {
  const failed: unknown = await open("/nowhere/at/all").catch((error: unknown) => error);
  expect(systemErrorCode(failed)).toBe("ENOENT");
  expect(systemErrorCode(Object.assign(new TypeError("LMDB's own"), { code: 28 }))).toBeUndefined();
  expect(systemErrorCode({ code: "ENOENT" })).toBeUndefined();
});
