import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../../controller/drivers/spore/answers.ts";
import type { Exchange } from "../../../controller/wires/device-http.ts";

function answered(status: number, body: string, sentWhole = true): Exchange {
  return { kind: "answered", status, headers: {}, body: Buffer.from(body), sentWhole, latencyMs: 1 };
}

describe("outcomeOf", () => {
  it.each([
    [200, '{"status":"OK","message":"update staged, restarting"}'],
    [200, '{"status":"success"}'],
    [202, ""],
    [200, "OK"],
    [200, "[]"],
  ])("takes %i %j for done", (status, body) => {
    expect(outcomeOf(answered(status, body))).toMatchObject({ kind: "done" });
  });

  it.each([
    [200, '{"status":"FAIL","message":"MD5 Failed"}', "failed", "DeviceError"],
    [200, '{"status":"error"}', "failed", "DeviceError"],
    [200, '{"success":false}', "failed", "DeviceError"],
    [200, "FAIL", "failed", "DeviceError"],
    [200, '{"status":"OK","mess', "unknown", "DeviceProtocol"],
    [302, "", "failed", "DeviceError"],
    [400, '{"error":"bad_request"}', "refused", "BadRequest"],
    [401, "", "refused", "Unauthorized"],
    [404, '{"error":"not_found"}', "refused", "NotSupported"],
    [409, '{"status":"FAIL","error":"busy"}', "failed", "Busy"],
    [409, '{"status":"FAIL","error":"stale_fence"}', "refused", "StaleFence"],
    [409, '{"error":"constructor"}', "failed", "Busy"],
    [413, '{"error":"too_la', "refused", "TooLarge"],
    [422, '{"error":"invalid_image"}', "refused", "InvalidImage"],
    [500, '{"error":"internal"}', "failed", "DeviceError"],
    [503, '{"error":"low_memory"}', "failed", "Overloaded"],
  ])("judges %i %j as %s, %s", (status, body, kind, reason) => {
    expect(outcomeOf(answered(status, body))).toMatchObject({ kind, reason });
  });

  it.each([
    [1, "failed", "FlashWriteFailed"],
    [4, "refused", "TooLarge"],
    [7, "failed", "TransferDamaged"],
    [9, "refused", "WrongFlashSize"],
    [10, "refused", "InvalidImage"],
    [11, "refused", "NeedsPowerCycle"],
    [12, "refused", "InvalidSignature"],
    [15, "failed", "Busy"],
    [99, "failed", "DeviceError"],
  ])("judges updater code %i as %s, %s", (code, kind, reason) => {
    const body = JSON.stringify({ status: "FAIL", error: "text of the updater", code });
    expect(outcomeOf(answered(500, body))).toMatchObject({
      kind,
      reason,
      message: expect.stringContaining("text of the updater"),
    });
  });

  it.each([
    [200, "FAIL \u001b[2J\u009b2J\nnode/x is Ready"],
    [500, JSON.stringify({ error: "\u001b[2J", message: "\u009b2J\nnode/x is Ready\u202e" })],
  ])("quotes %i %j so that no terminal obeys it", (status, body) => {
    const outcome = outcomeOf(answered(status, body));
    expect(outcome).toMatchObject({ kind: "failed", message: expect.stringContaining("node/x is Ready") });
    expect(JSON.stringify(outcome)).not.toMatch(/\\u001b|\\n|[\p{Cc}\p{Bidi_Control}]/u);
  });

  it("does not believe a success that comes before everything was sent", () => {
    expect(outcomeOf(answered(200, '{"status":"OK"}', false))).toMatchObject({ kind: "failed" });
  });

  it.each([
    ["unreachable", false, "failed", "Unreachable"],
    ["reset", false, "failed", "ConnectionLost"],
    ["reset", true, "unknown", "ConnectionLost"],
    ["silent", false, "failed", "NoAnswer"],
    ["silent", true, "unknown", "NoAnswer"],
    ["malformed", true, "unknown", "DeviceProtocol"],
    ["aborted", false, "failed", "Aborted"],
    ["aborted", true, "unknown", "Aborted"],
  ] as const)("judges an exchange that ended %s (last byte left: %s) as %s, %s", (why, lastByteLeft, kind, reason) => {
    expect(outcomeOf({ kind: "broken", why, lastByteLeft, message: "It broke." })).toEqual({
      kind,
      reason,
      message: "It broke.",
    });
  });
});
