import { isJsonObject, type JsonValue } from "./json.ts";
import { printableLine } from "./printable.ts";

const levels: Readonly<Record<string, string>> = { "20": "DEBUG", "30": "INFO ", "40": "WARN ", "50": "ERROR" };
/** What every line repeats, and a person does not need. */
const dull = new Set(["level", "time", "pid", "hostname", "msg", "ready"]);

/**
 * A line of the JSON log as a person reads it: `20:44:11 INFO  spored is ready  api=https://…`. A line that is no JSON object stays as it is. Whatever
 * devices and manifests wrote into a field stays on its line, and the terminal obeys none of it.
 *
 * @param line as pino writes it, with its line break.
 */
export function logText(line: string): string {
  let entry: JsonValue;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isJsonObject(entry)) return line;
  const time = typeof entry.time === "number" ? new Date(entry.time).toTimeString().slice(0, 8) : "";
  const fields = Object.entries(entry).filter(([key, value]) => !dull.has(key) && value !== undefined);
  const said = fields.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const shown = [`${time} ${levels[String(entry.level)] ?? ""} ${entry.msg ?? ""}`, ...said].join("  ");
  return `${printableLine(shown)}\n`;
}
