import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** Labels of one node. */
export type Labels = Readonly<Record<string, string>>;

const labelsMax = 8;
const serializedMaxBytes = 256;
const valueMaxBytes = 64;
const keyPattern = /^[a-z0-9._-]{1,32}$/;
const controlCharacters = /\p{Cc}/u;

/** What a request to write labels comes to. */
export type LabelsWrite =
  | { readonly kind: "accepted"; readonly labels: Labels }
  | { readonly kind: "refused"; readonly message: string };

/**
 * Reads the `labels` parameter of `POST /api/node/config`: an object, or JSON text of one.
 *
 * @param old what the node keeps now; stays where `merge` is true, is replaced where it is false.
 */
export function readLabelsWrite(given: JsonValue, old: Labels, merge: boolean): LabelsWrite {
  const wanted = typeof given === "string" ? parseObject(given) : given;
  if (!isJsonObject(wanted)) return { kind: "refused", message: "labels must be a JSON object" };
  const labels: Record<string, string> = merge ? { ...old } : {};
  for (const [key, value] of Object.entries(wanted)) {
    if (!keyPattern.test(key))
      return { kind: "refused", message: `label key "${key}" must match ${keyPattern.source}` };
    if (value === null || value === "") {
      delete labels[key];
      continue;
    }
    if (typeof value !== "string" || Buffer.byteLength(value) > valueMaxBytes || controlCharacters.test(value))
      return { kind: "refused", message: `label ${key} must be text of at most ${valueMaxBytes} bytes` };
    labels[key] = value;
  }
  if (Object.keys(labels).length > labelsMax)
    return { kind: "refused", message: `a node keeps at most ${labelsMax} labels` };
  if (Buffer.byteLength(JSON.stringify(labels)) > serializedMaxBytes)
    return { kind: "refused", message: `labels are longer than ${serializedMaxBytes} bytes` };
  return { kind: "accepted", labels };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // text that is no JSON is refused by the caller, in words for the client
  }
}
