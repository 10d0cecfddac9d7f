import { isLabelValue, isQualifiedName } from "../../api/names.ts";

/** Labels that we derive from what a device says; people's labels have no such prefix. */
const claimPrefix = "spore.dev/";
/** What a device calls its own labels stands under this prefix. */
const deviceLabelPrefix = "device.spore.dev/";
export const hostnameLabel = `${claimPrefix}hostname`;

/** What a device says of itself that becomes labels of its Node. */
export interface Claims {
  readonly family: string;
  readonly hostname?: string;
  readonly platform?: string;
  readonly board?: string;
  readonly address?: string;
  /** Its own labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

type Labels = Readonly<Record<string, string>>;

/** The labels that follow from the claims. What is not a valid label is left out; the status shows it all the same. */
export function labelsOfClaims({ labels = {}, ...facts }: Claims): Labels {
  const own = Object.entries(facts).map(([key, value]) => ({ key: `${claimPrefix}${key}`, value }));
  const devices = Object.entries(labels).map(([key, value]) => ({ key: `${deviceLabelPrefix}${key}`, value }));
  const valid = [...own, ...devices].filter(({ key, value }) => isQualifiedName(key) && isLabelValue(value));
  return Object.fromEntries(valid.map(({ key, value }) => [key, value]));
}

/** Whether a label is a device's claim, and not a person's word. */
export function isClaim(key: string): boolean {
  return claimKeys.has(key) || key.startsWith(deviceLabelPrefix);
}

/**
 * What a merge patch of the labels must say so that they hold exactly these claims and everything of people's; undefined when they do already.
 */
export function labelPatch(before: Labels, claims: Labels): Readonly<Record<string, string | null>> | undefined {
  const stale = Object.keys(before).filter((key) => isClaim(key) && claims[key] === undefined);
  const changed = Object.entries(claims).filter(([key, value]) => before[key] !== value);
  if (stale.length === 0 && changed.length === 0) return undefined;
  return Object.fromEntries([...changed, ...stale.map((key) => [key, null] as const)]);
}

const claimKeys = new Set(["family", "hostname", "platform", "board", "address"].map((key) => `${claimPrefix}${key}`));
