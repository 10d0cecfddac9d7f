import { deviceLabelsMax } from "../../api/admission/device-labels.ts";

/** Labels as devices hold them. */
export type DeviceLabels = Readonly<Record<string, string>>;

/** Whether the device wears the labels it should. */
export type LabelDrift =
  | { readonly kind: "notWanted" | "notSupported" | "unknown" }
  | { readonly kind: "current" }
  | { readonly kind: "drifted"; readonly set: DeviceLabels; readonly remove: readonly string[] };

/** Upstream gateways read the installed version from this label. We write it as they do, and never believe it. */
const versionLabel = "version";

/**
 * Template labels are contained in the device's: each must be there, one that we pushed and that is no longer wanted goes, all others stay.
 *
 * @param observed undefined when the device does not show its labels.
 * @param pushedKeys `status.pushedLabels`.
 */
export function compareLabels(
  desired: DeviceLabels,
  observed: DeviceLabels | undefined,
  pushedKeys: readonly string[],
): LabelDrift {
  const stale = pushedKeys.filter((key) => desired[key] === undefined);
  if (Object.keys(desired).length === 0 && stale.length === 0) return { kind: "notWanted" };
  if (!observed) return { kind: "unknown" };
  const set = Object.entries(desired).filter(([key, value]) => observed[key] !== value);
  const remove = stale.filter((key) => observed[key] !== undefined).sort();
  if (set.length === 0 && remove.length === 0) return { kind: "current" };
  return { kind: "drifted", set: Object.fromEntries(set), remove };
}

/**
 * The labels a device should wear: the template's, and the version that runs for the sake of upstream gateways, unless the template has a
 * `version` of its own or the device has no room.
 */
export function withVersionLabel(
  template: DeviceLabels,
  runningVersion: string | undefined,
  observed: DeviceLabels | undefined,
): DeviceLabels {
  if (runningVersion === undefined || template[versionLabel] !== undefined) return template;
  const keys = new Set([...Object.keys(template), ...Object.keys(observed ?? {}), versionLabel]);
  return keys.size > deviceLabelsMax ? template : { ...template, [versionLabel]: runningVersion };
}
