import { describe } from "vitest";
import { installing } from "./driver/installing.ts";
import { observing } from "./driver/observing.ts";
import { performing } from "./driver/performing.ts";
import { sharing } from "./driver/sharing.ts";
import { actionsOf, type DriverHarness } from "./driver/stage.ts";
import { labelling, refusing } from "./driver/telling.ts";

/** Every driver passes this, on every kind of device that it claims to speak to. */
export function driverContract(name: string, harness: DriverHarness): void {
  describe(`${name}: the driver`, () => {
    observing(harness);
    for (const kind of actionsOf(harness)) performing(harness, kind);
    installing(harness);
    sharing(harness);
    if (harness.tells) refusing(harness);
    if (harness.can.has("Labels")) labelling(harness);
  });
}
