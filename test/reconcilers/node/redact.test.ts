import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../controller/drivers/driver.ts";
import { redacted, secretsOf } from "../../../controller/reconcilers/node/redact.ts";

const config = {
  values: { site: "attic", pin: "12", key: "hunter2", longer: "hunter2-and-more" },
  secretKeys: ["key", "longer", "pin"],
  hash: "h",
  secretsInClear: false,
};
const secrets = secretsOf(config, "t0ken");
const refused = (message: string): Outcome => ({ kind: "refused", reason: "BadRequest", message });

describe("redacted", () => {
  it("leaves no value of a Secret in what a device answered", () => {
    const outcome = refused(
      "The device answered 400, bad key: hunter2, bad longer: hunter2-and-more (hunter2) at attic.",
    );
    expect(redacted(outcome, secrets)).toEqual(
      refused("The device answered 400, bad key: ***, bad longer: *** (***) at attic."),
    );
  });

  it("leaves sentences alone that hold none, and values too short to be one", () => {
    expect(redacted(refused("12 keys are too many."), secrets)).toEqual(refused("12 keys are too many."));
    expect(redacted(refused("hunter2"), secretsOf(undefined, undefined))).toEqual(refused("hunter2"));
    expect(redacted({ kind: "done" }, secrets)).toEqual({ kind: "done" });
  });
});
