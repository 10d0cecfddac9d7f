import semver from "semver";
import { findCondition, isTrue } from "../../api/conditions.ts";
import type { Firmware } from "../../api/firmware.ts";
import type { NodeGroupSpecTemplateFirmware } from "../../api/node-group.ts";
import type { NodeGroupRevisionSpecFirmware } from "../../api/node-group-revision.ts";
import { matchesSelector } from "../../api/selector.ts";
import { type Resolved, resolved, stalled, waits } from "../problem.ts";

/**
 * The Firmware that a template asks for: by name, or the newest version in a range among those a selector matches. In a range one whose
 * image is there goes before a newer one whose image is not, so that announcing a version before uploading it holds nothing up.
 *
 * @param firmwares all Firmware objects of the namespace.
 */
export function chooseFirmware(
  wanted: NodeGroupSpecTemplateFirmware,
  firmwares: readonly Firmware[],
): Resolved<NodeGroupRevisionSpecFirmware> {
  const byRange = wanted.selector !== undefined || wanted.version !== undefined;
  if (wanted.name !== undefined && !byRange) return chooseByName(wanted.name, firmwares);
  if (wanted.name !== undefined || wanted.selector === undefined || wanted.version === undefined) {
    return stalled("InvalidSpec", "spec.template.firmware: give either name, or selector together with version.");
  }
  if (semver.validRange(wanted.version) === null) {
    return stalled(
      "InvalidSpec",
      `spec.template.firmware.version: "${wanted.version}" is not a range of semantic versions such as ">=1.4 <2".`,
    );
  }
  return chooseNewest(wanted.version, wanted.selector, firmwares);
}

function chooseByName(name: string, firmwares: readonly Firmware[]): Resolved<NodeGroupRevisionSpecFirmware> {
  const found = firmwares.find(({ metadata }) => metadata.name === name);
  return found
    ? snapshot(found)
    : waits("ReferenceNotFound", `spec.template.firmware.name: there is no Firmware "${name}" here (yet).`);
}

function chooseNewest(
  range: string,
  selector: NonNullable<NodeGroupSpecTemplateFirmware["selector"]>,
  firmwares: readonly Firmware[],
): Resolved<NodeGroupRevisionSpecFirmware> {
  const fitting = firmwares
    .filter(
      ({ metadata, spec }) => matchesSelector(selector, metadata.labels ?? {}) && semver.satisfies(spec.version, range),
    )
    .sort(newestFirst);
  const newest = fitting.find(isReady) ?? fitting[0];
  return newest
    ? snapshot(newest)
    : waits(
        "ReferenceNotFound",
        `spec.template.firmware: no Firmware here matches the selector with a version "${range}".`,
      );
}

function snapshot(firmware: Firmware): Resolved<NodeGroupRevisionSpecFirmware> {
  const { name } = firmware.metadata;
  const digest = firmware.spec.artifacts[0]?.sha256;
  if (digest === undefined) return stalled("InvalidSpec", `Firmware "${name}" names no image in spec.artifacts.`);
  if (!isReady(firmware)) return notReady(firmware);
  return resolved({ name, digest, version: firmware.spec.version });
}

function notReady(firmware: Firmware) {
  const { name } = firmware.metadata;
  const ready = findCondition(firmware.status?.conditions, "Ready");
  if (!ready || !isJudged(firmware)) return waits("FirmwareNotReady", `Firmware "${name}" has not been looked at yet.`);
  if (ready.reason === "ImageMissing") return waits("ImageMissing", ready.message);
  return stalled(ready.reason, `Firmware "${name}": ${ready.message}`);
}

function isReady(firmware: Firmware): boolean {
  return isJudged(firmware) && isTrue(firmware.status?.conditions, "Ready");
}

/** Whether the status speaks about the spec as it is now. */
function isJudged(firmware: Firmware): boolean {
  return firmware.status?.observedGeneration === firmware.metadata.generation;
}

/** The name breaks ties, so that the choice is the same each time. */
function newestFirst(a: Firmware, b: Firmware): number {
  return semver.rcompare(a.spec.version, b.spec.version) || (a.metadata.name < b.metadata.name ? -1 : 1);
}
