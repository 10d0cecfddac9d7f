import { isJsonObject, type JsonValue } from "../../../base/json.ts";
import { goNumber } from "../go-number.ts";

/** A value as Go prints it with `%v`: `map[a:1 b:2]`, `[a b]`, `<nil>`. */
export function goText(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (typeof value === "number") return goNumber(value);
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${name}:${goText(value[name] ?? null)}`);
    return `map[${members.join(" ")}]`;
  }
  return typeof value === "object" ? `[${value.map(goText).join(" ")}]` : String(value);
}
