import { type Check, hex } from "./check.ts";
import { checkFit, type DeviceFacts } from "./fit.ts";
import type { ImageFacts } from "./image-facts.ts";

/** One line of `firmware inspect`. */
export interface InspectRow {
  readonly what: string;
  readonly value: string;
  /** The instant that `value` names, where a reader may want to know how long ago it was. */
  readonly at?: string;
  /** Absent for a plain fact. */
  readonly verdict?: Check["verdict"];
}

const flashModeNames = ["QIO", "QOUT", "DIO", "DOUT"] as const;

/** What `firmware inspect FILE` shows: the facts, then every check; with `device` also whether it fits there. */
export function inspectRows(image: ImageFacts, device?: DeviceFacts): readonly InspectRow[] {
  return [...factRows(image), ...image.checks.map(row), ...(device ? checkFit(image, device).checks.map(row) : [])];
}

function row({ name, verdict, detail }: Check): InspectRow {
  return { what: name, value: detail, verdict };
}

function factRows(image: ImageFacts): readonly InspectRow[] {
  const { descriptor } = image;
  const builtAt = descriptor?.builtAt === undefined ? undefined : legible(descriptor.builtAt);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["name", descriptor?.name],
    ["version", descriptor?.version],
    ["platform", image.platform],
    ["chip", image.chip],
    ["built", builtAt],
    ["size", `${image.fileBytes} bytes`],
    ["unpacked", image.compression === "gzip" ? `${image.imageBytes} bytes` : undefined],
    ["signature", image.signatureBytes === undefined ? "none" : `${image.signatureBytes} bytes`],
    ["made for flash", `${image.flashBytes} bytes, ${flashModeNames[image.flashMode] ?? image.flashMode}`],
    ["file system", descriptor?.fsStart === undefined ? undefined : hex(descriptor.fsStart)],
    ["segments", image.segments.map(({ address, bytes }) => `${bytes} at ${hex(address)}`).join(", ")],
    ["sha256", image.sha256],
    ["md5", image.md5],
  ];
  return facts.flatMap(([what, value]) => {
    if (value === undefined) return [];
    return [{ what, value, ...(isInstant(value) && { at: value }) }];
  });
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:]{8}Z$/.test(text);
}

/** `20261120T184507Z`, as our descriptor has it, with its separators; what an ESP32's toolchain wrote has no time zone and stays as it is. */
function legible(builtAt: string): string {
  return builtAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
}
