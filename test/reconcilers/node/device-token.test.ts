import { describe, expect, it } from "vitest";
import type { Observation } from "../../../controller/drivers/driver.ts";
import { configHash } from "../../../controller/reconcilers/node/config-hash.ts";
import { tokenFor } from "../../../controller/reconcilers/node/device-token.ts";

const identity = { hostname: "esp_A1B2C3" };
const shows = (hash: string): Observation => ({
  identity,
  needsToken: true,
  config: { kind: "values", values: { p: "***" }, masked: ["p"], hash },
});
const held = { p: "x", ota_token: "old" };
const wanted = { p: "x", ota_token: "new" };
const none = new Set<string>();

describe("tokenFor", () => {
  it.each([undefined, false])("shows no token to a device that does not ask for one (%s)", (needsToken) => {
    const observation = { identity, ...(needsToken !== undefined && { needsToken }) };
    expect(tokenFor(observation, [held, wanted], none)).toBeUndefined();
  });

  it("picks the token that explains the device's hash, wherever it stands in the list", () => {
    expect(tokenFor(shows(configHash({ p: "x" }, "new")), [held, wanted], none)).toBe("new");
    expect(tokenFor(shows(configHash({ p: "x" }, "old")), [wanted, held], none)).toBe("old");
  });

  it("tries the likeliest where nothing explains the hash, and the next when that was refused", () => {
    expect(tokenFor(shows("00000000"), [held, wanted], none)).toBe("old");
    expect(tokenFor(shows("00000000"), [held, wanted], new Set(["old"]))).toBe("new");
    expect(tokenFor(shows("00000000"), [held, wanted], new Set(["old", "new"]))).toBe("old");
  });

  it("has none to show where no configuration names one", () => {
    expect(tokenFor(shows("00000000"), [{ a: 1 }, { ota_token: "" }], none)).toBeUndefined();
  });
});
