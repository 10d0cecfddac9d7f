import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { printableLine } from "../../base/printable.ts";
import type { Exchange } from "../../wires/device-http.ts";
import type { Outcome } from "../driver.ts";
import { readBody } from "./json-body.ts";

interface Verdict {
  readonly kind: "refused" | "failed";
  readonly reason: string;
}

/** What a status code comes to, where the body does not say more. */
const byStatus: Readonly<Record<number, Verdict>> = {
  400: { kind: "refused", reason: "BadRequest" },
  401: { kind: "refused", reason: "Unauthorized" },
  403: { kind: "refused", reason: "Unauthorized" },
  404: { kind: "refused", reason: "NotSupported" },
  405: { kind: "refused", reason: "NotSupported" },
  409: { kind: "failed", reason: "Busy" },
  413: { kind: "refused", reason: "TooLarge" },
  422: { kind: "refused", reason: "InvalidImage" },
  429: { kind: "failed", reason: "Busy" },
  503: { kind: "failed", reason: "Overloaded" },
};

/** What the body's `error` comes to, where it says more than the status. */
const byError: Readonly<Record<string, Verdict>> = {
  stale_fence: { kind: "refused", reason: "StaleFence" },
};

/** Error codes of the ESP8266 core's `Updater`, which a node passes on as `code`. */
const byUpdaterCode: Readonly<Record<number, Verdict>> = {
  1: { kind: "failed", reason: "FlashWriteFailed" },
  2: { kind: "failed", reason: "FlashEraseFailed" },
  3: { kind: "failed", reason: "FlashReadFailed" },
  4: { kind: "refused", reason: "TooLarge" },
  5: { kind: "refused", reason: "BadRequest" },
  6: { kind: "failed", reason: "TransferTimeout" },
  7: { kind: "failed", reason: "TransferDamaged" },
  8: { kind: "refused", reason: "WrongFlashSize" },
  9: { kind: "refused", reason: "WrongFlashSize" },
  10: { kind: "refused", reason: "InvalidImage" },
  11: { kind: "refused", reason: "NeedsPowerCycle" },
  12: { kind: "refused", reason: "InvalidSignature" },
  13: { kind: "failed", reason: "TransferIncomplete" },
  14: { kind: "failed", reason: "Overloaded" },
  15: { kind: "failed", reason: "Busy" },
  16: { kind: "refused", reason: "BadRequest" },
};

const undecided: Verdict = { kind: "failed", reason: "DeviceError" };

/** What a lost connection means while the last byte had not left: nothing happened. */
const brokenReasons = {
  unreachable: "Unreachable",
  reset: "ConnectionLost",
  silent: "NoAnswer",
  malformed: "DeviceProtocol",
  aborted: "Aborted",
} as const satisfies Record<Extract<Exchange, { readonly kind: "broken" }>["why"], string>;

/** What became of a write, from how its exchange ended. This table decides whether it may be repeated. */
export function outcomeOf(exchange: Exchange): Outcome {
  if (exchange.kind === "broken") {
    // A node may have done everything and restarted before its answer was out.
    const kind = exchange.lastByteLeft ? "unknown" : "failed";
    return { kind, reason: brokenReasons[exchange.why], message: exchange.message };
  }
  const body = readBody(exchange.body);
  const { status, sentWhole } = exchange;
  if (status < 200 || status > 299) return refusal(status, body.kind === "json" ? body.value : undefined);
  if (body.kind === "broken")
    return { kind: "unknown", reason: "DeviceProtocol", message: "The device answered with half a JSON text." };
  if (body.kind === "json" && saysFailure(body.value)) return refusal(status, body.value);
  if (body.kind === "text" && /^(fail|error)/i.test(body.text))
    return { ...undecided, message: `The device answered "${quoted(body.text, 100)}".` };
  if (!sentWhole)
    return {
      kind: "failed",
      reason: "DeviceProtocol",
      message: "The device confirmed before it had heard everything.",
    };
  if (body.kind === "text") return body.text === "" ? { kind: "done" } : { kind: "done", answer: body.text };
  return { kind: "done", answer: body.value };
}

/** Upstream nodes say it in the body, under status 200. */
function saysFailure(body: JsonValue): boolean {
  if (!isJsonObject(body)) return false;
  const { status, success } = body;
  return success === false || (typeof status === "string" && /^(fail|error)$/i.test(status));
}

function refusal(status: number, body: JsonValue | undefined): Outcome {
  const said: JsonObject = isJsonObject(body) ? body : {};
  const code = typeof said.code === "number" ? byUpdaterCode[said.code] : undefined;
  const error = typeof said.error === "string" && Object.hasOwn(byError, said.error) ? byError[said.error] : undefined;
  const { kind, reason } = error ?? code ?? byStatus[status] ?? undecided;
  return { kind, reason, message: `The device answered ${status}${describe(said)}.` };
}

function describe({ error, message, code }: JsonObject): string {
  const words = [error, message].filter((word) => typeof word === "string" && word !== "");
  const text = quoted([...new Set(words)].join(": "), 200);
  const number = typeof code === "number" ? ` (updater code ${code})` : "";
  return `${text === "" ? "" : `, ${text}`}${number}`;
}

/** A device's own words within a message of ours, which people read on terminals of all kinds: conditions, events, logs. */
function quoted(text: string, maxCharacters: number): string {
  return printableLine(text.slice(0, maxCharacters));
}
