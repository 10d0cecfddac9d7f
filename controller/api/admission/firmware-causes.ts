import semver from "semver";
import type { Cause } from "../../base/errors.ts";
import { invalidValue } from "../causes.ts";
import type { Firmware } from "../firmware.ts";

/** What is wrong with a Firmware that is valid by its schema. */
export function firmwareCauses({ spec }: Pick<Firmware, "spec">): readonly Cause[] {
  if (semver.valid(spec.version) === spec.version || isVersionWithBuild(spec.version)) return [];
  return [invalidValue("spec.version", spec.version, "a semantic version is needed, such as 1.4.0 or 1.4.0-rc.1")];
}

/** `semver.valid` drops build metadata, which is allowed. */
function isVersionWithBuild(version: string): boolean {
  return semver.parse(version)?.raw === version && /^[0-9]/.test(version);
}
