import type { NodeStatus, NodeStatusFailedAttempts } from "../../api/node.ts";
import { sameFirmware } from "../../artifacts/same-firmware.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { Problem } from "../problem.ts";
import { type ConfigDrift, type ConfigKnowledge, compareConfig } from "./config-drift.ts";
import type { Desired, DesiredFirmware } from "./desired.ts";
import { misfitOf } from "./fit.ts";
import { compareLabels, type DeviceLabels, type LabelDrift, withVersionLabel } from "./label-drift.ts";
import type { FirmwareVerdict } from "./operation.ts";
import type { FirmwareSituation, RestartSituation } from "./plan.ts";

/** Why firmware that SPORE installed is no longer known to run. */
export const restartedUnasked = "RestartedUnasked";

/** Whether the device runs the wanted firmware; where it does not say, what SPORE remembers to have put there counts. */
export function firmwareVerdict(
  desired: DesiredFirmware,
  observation: Observation,
  recorded: NodeStatus["firmware"],
): FirmwareVerdict {
  return firmwareEvidence(desired, observation, recorded).verdict;
}

function firmwareEvidence(
  { digest, wanted }: DesiredFirmware,
  observation: Observation,
  recorded: NodeStatus["firmware"],
): Pick<Extract<FirmwareSituation, { wanted: true }>, "verdict" | "evidence"> {
  const verdict = sameFirmware(observation.firmware ?? {}, wanted);
  if (verdict !== "unknown") return { verdict, evidence: "Reported" };
  const { source } = recorded ?? {};
  if (recorded?.digest !== digest || source === undefined || source === "Reported") return { verdict };
  return { verdict: "same", evidence: source };
}

export function firmwareSituation(
  desired: Desired,
  observation: Observation,
  status: NodeStatus,
  attempts: NodeStatusFailedAttempts | undefined,
): FirmwareSituation {
  const { firmware } = desired;
  if (!firmware) return { wanted: false };
  const { digest, image } = firmware;
  const known = firmwareEvidence(firmware, observation, status.firmware);
  const misfit = known.verdict === "same" ? undefined : whyNot(image, observation);
  return { wanted: true, digest, ...known, ...(misfit && { misfit }), ...(attempts && { attempts }) };
}

function whyNot(image: DesiredFirmware["image"], observation: Observation): Problem | undefined {
  return image.ok ? misfitOf(image.value, observation) : image.problem;
}

/**
 * Whether a restart is asked for that has not happened. A device that booted after the instant has done it, whoever made it boot.
 *
 * @param bootedAtMs wall time; undefined where the device does not say.
 */
export function restartSituation(
  desired: Desired,
  carriedOut: string | undefined,
  bootedAtMs: number | undefined,
  nowMs: number,
): RestartSituation {
  const { restartedAt } = desired;
  if (restartedAt === undefined) return { kind: "notWanted" };
  const atMs = Date.parse(restartedAt);
  if (carriedOut === restartedAt) return { kind: "carriedOut" };
  if (bootedAtMs !== undefined && bootedAtMs >= atMs) return { kind: "carriedOut" };
  return atMs > nowMs ? { kind: "later", inMs: atMs - nowMs } : { kind: "due" };
}

export function configSituation(
  desired: Desired,
  observation: Observation,
  knowledge: Omit<ConfigKnowledge, "needsToken">,
): ConfigDrift {
  const { needsToken } = observation;
  const observed = observation.lacks?.includes("Config") ? ({ kind: "notSupported" } as const) : observation.config;
  return compareConfig(desired.config, observed, {
    ...knowledge,
    ...(needsToken !== undefined && { needsToken }),
  });
}

/** The labels that the device should wear, given what it runs. */
export function desiredLabels(desired: Desired, firmware: FirmwareSituation, observation: Observation): DeviceLabels {
  const runs = firmware.wanted && firmware.verdict === "same" ? desired.firmware?.version : undefined;
  if (observation.lacks?.includes("Labels")) return desired.labels;
  return withVersionLabel(desired.labels, runs, observation.labels);
}

export function labelSituation(
  wanted: DeviceLabels,
  observation: Observation,
  pushedKeys: readonly string[],
): LabelDrift {
  if (observation.lacks?.includes("Labels"))
    return { kind: Object.keys(wanted).length === 0 ? "notWanted" : "notSupported" };
  return compareLabels(wanted, observation.labels, pushedKeys);
}

/** When the device booted, by its own uptime, in wall time. */
export function bootedAtMs(observation: Observation, seenAtMs: number): number | undefined {
  return observation.uptimeMs === undefined ? undefined : seenAtMs - observation.uptimeMs;
}

/** Which attempts still count: none for another image, none once the image runs as it should. */
export function attemptsThatCount(
  attempts: NodeStatusFailedAttempts | undefined,
  desired: Desired,
  healthy: boolean,
): NodeStatusFailedAttempts | undefined {
  const digest = desired.firmware?.digest;
  return attempts && (attempts.digest !== digest || healthy) ? undefined : attempts;
}
