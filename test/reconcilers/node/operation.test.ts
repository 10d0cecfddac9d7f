import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeStatusOperation } from "../../../controller/api/node.ts";
import {
  type Evidence,
  type FirmwareVerdict,
  isOpen,
  lookAgainMs,
  nextPhase,
  rebootDeadlineMs,
  undecidedMs,
} from "../../../controller/reconcilers/node/operation.ts";

const startedAt = "2026-01-01T00:00:00Z";
const startMs = Date.parse(startedAt);
const install = (phase: NodeStatusOperation["phase"], bootId: number | undefined = 1): NodeStatusOperation => ({
  id: "op-1",
  kind: "InstallFirmware",
  digest: "d",
  phase,
  attempt: 1,
  fence: 7,
  startedAt,
  ...(bootId !== undefined && { bootId }),
});
const restart = (phase: NodeStatusOperation["phase"], bootId?: number): NodeStatusOperation => ({
  ...install(phase, bootId),
  kind: "Restart",
});
const old: NodeStatusOperation = (({ bootId, ...rest }) => rest)(install("Accepted"));
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  executing: false,
  wasSilent: false,
  sentWhole: true,
  phaseMs: 1_000,
  boots: 0,
  soakMs: 15_000,
  nowMs: startMs + 30_000,
  ...more,
});
const running = { bootId: 2, uptimeMs: 20_000, state: "ok", verdict: "same" } as const;

describe("nextPhase", () => {
  it.each<[string, NodeStatusOperation, Partial<Evidence>, string | undefined, string?]>([
    ["an upload under way goes on", install("Transferring"), { executing: true }, undefined],
    ["an accepted upload", install("Transferring"), { outcome: { kind: "done" } }, "Accepted"],
    [
      "a refused upload",
      install("Transferring"),
      { outcome: { kind: "refused", reason: "TooLarge", message: "m" } },
      "Refused",
      "TooLarge",
    ],
    [
      "a failed upload",
      install("Transferring"),
      { outcome: { kind: "failed", reason: "Reset", message: "m" } },
      "Failed",
      "Reset",
    ],
    [
      "an upload that may have arrived",
      install("Transferring"),
      { outcome: { kind: "unknown", reason: "NoAnswer", message: "m" } },
      "Unknown",
      "NoAnswer",
    ],
    ["an upload of a controller that died", install("Transferring"), {}, "Unknown", "Interrupted"],

    ["accepted, nothing seen yet", install("Accepted"), {}, undefined],
    ["accepted, then silence", install("Accepted"), { wasSilent: true }, "Rebooting"],
    ["rebooting goes on in silence", install("Rebooting"), { wasSilent: true }, undefined],
    ["never back", install("Rebooting"), { wasSilent: true, phaseMs: rebootDeadlineMs }, "Failed", "RebootTimeout"],
    ["back with the new code", install("Rebooting"), { seen: running }, "Verifying"],
    [
      "back with the old code",
      install("Rebooting"),
      { seen: { ...running, verdict: "different" } },
      "Failed",
      "VersionMismatch",
    ],
    ["back without saying what runs", install("Rebooting"), { seen: { ...running, verdict: "unknown" } }, "Verifying"],
    [
      "the old boot still answers",
      install("Accepted"),
      { seen: { ...running, bootId: 1, verdict: "different" } },
      undefined,
    ],
    [
      "the old boot answers for ever",
      install("Accepted"),
      { seen: { ...running, bootId: 1, verdict: "different" }, phaseMs: rebootDeadlineMs },
      "Failed",
      "RebootTimeout",
    ],
    [
      "new code claimed without a boot is no success",
      install("Accepted"),
      { seen: { ...running, bootId: 1 } },
      undefined,
    ],

    ["unknown, and the new code runs", install("Unknown"), { seen: running }, "Verifying"],
    [
      "unknown, and the old code was booted",
      install("Unknown"),
      { seen: { ...running, verdict: "different" } },
      "Failed",
      "VersionMismatch",
    ],
    [
      "unknown after the last byte, and a boot that does not say what runs",
      install("Unknown"),
      { seen: { ...running, verdict: "unknown" } },
      "Verifying",
    ],
    [
      "unknown in the middle, and a boot that does not say what runs",
      install("Unknown"),
      { seen: { ...running, verdict: "unknown" }, sentWhole: false },
      "Failed",
      "Interrupted",
    ],
    [
      "unknown, and the device has not moved yet",
      install("Unknown"),
      { seen: { ...running, bootId: 1, verdict: "different" } },
      undefined,
    ],
    [
      "unknown, and the device did not move in time",
      install("Unknown"),
      { seen: { ...running, bootId: 1, verdict: "different" }, phaseMs: undecidedMs },
      "Failed",
      "Interrupted",
    ],
    [
      "unknown, and the device is still taking an upload",
      install("Unknown"),
      { seen: { ...running, bootId: 1, state: "ota", verdict: "different" }, phaseMs: undecidedMs },
      undefined,
    ],
    [
      "unknown, and nobody answers",
      install("Unknown"),
      { wasSilent: true, phaseMs: rebootDeadlineMs },
      "Failed",
      "RebootTimeout",
    ],

    ["no boot number, but a shorter uptime", old, { seen: { uptimeMs: 5_000, verdict: "same" } }, "Verifying"],
    ["no boot number, and an uptime from before", old, { seen: { uptimeMs: 90_000, verdict: "different" } }, undefined],
    ["neither boot nor uptime, too early to tell", old, { seen: { verdict: "unknown" } }, undefined],
    ["neither boot nor uptime, silent once", old, { seen: { verdict: "unknown" }, wasSilent: true }, "Verifying"],
    ["neither boot nor uptime, but another version", old, { seen: { verdict: "same" } }, "Verifying"],
    [
      "neither boot nor uptime, and the wrong version for long",
      old,
      { seen: { verdict: "different" }, phaseMs: rebootDeadlineMs },
      "Failed",
      "VersionMismatch",
    ],
    [
      "nothing to go by, and an upload that may have arrived",
      { ...old, phase: "Unknown" },
      { seen: { verdict: "unknown" }, phaseMs: rebootDeadlineMs },
      "Failed",
      "Unverified",
    ],

    ["verifying goes on", install("Verifying"), { seen: { ...running, uptimeMs: 14_999 } }, undefined],
    ["verified", install("Verifying"), { seen: { ...running, uptimeMs: 15_000 } }, "Done", "Installed"],
    [
      "verified at once without a soak",
      install("Verifying"),
      { soakMs: 0, seen: { ...running, uptimeMs: 10 } },
      "Done",
    ],
    [
      "verified by the clock where there is no uptime",
      install("Verifying"),
      { seen: { verdict: "same" }, phaseMs: 15_000 },
      "Done",
    ],
    ["not verified without a look", install("Verifying"), { phaseMs: 60_000 }, undefined],
    ["safe mode", install("Verifying"), { seen: { ...running, state: "safe" } }, "Failed", "CrashLoop"],
    [
      "boots again and again",
      install("Verifying"),
      { boots: 2, seen: { ...running, uptimeMs: 100 } },
      "Failed",
      "CrashLoop",
    ],
    [
      "one boot too many may be the plug",
      install("Verifying"),
      { boots: 1, seen: { ...running, uptimeMs: 100 } },
      undefined,
    ],
    [
      "fell silent while verifying",
      install("Verifying"),
      { wasSilent: true, phaseMs: 105_000 },
      "Failed",
      "RebootTimeout",
    ],
    [
      "fell back to the old code",
      install("Verifying"),
      { seen: { ...running, verdict: "different" } },
      "Failed",
      "VersionMismatch",
    ],

    ["a restart is done when the boot number changed", restart("Accepted", 1), { seen: running }, "Done", "Restarted"],
    [
      "a restart does not care what runs",
      restart("Rebooting", 1),
      { seen: { ...running, verdict: "different" } },
      "Done",
    ],
    [
      "a restart that did not happen",
      restart("Accepted", 1),
      { seen: { ...running, bootId: 1 }, phaseMs: rebootDeadlineMs },
      "Failed",
      "RebootTimeout",
    ],

    ["done stays done", install("Done"), { seen: { ...running, verdict: "different" } }, undefined],
    ["failed stays failed", install("Failed"), { seen: running }, undefined],
    ["refused stays refused", install("Refused"), { seen: running }, undefined],
  ])("%s", (_claim, operation, more, phase, reason) => {
    const change = nextPhase(operation, evidence(more));
    expect(change?.phase).toBe(phase);
    if (reason !== undefined) expect(change?.reason).toBe(reason);
  });

  const phase = fc.constantFrom<NodeStatusOperation["phase"]>(
    "Transferring",
    "Accepted",
    "Rebooting",
    "Unknown",
    "Verifying",
    "Done",
    "Refused",
    "Failed",
  );
  const seen = fc.record(
    {
      bootId: fc.integer({ min: 1, max: 3 }),
      uptimeMs: fc.integer({ min: 0, max: 60_000 }),
      state: fc.constantFrom("ok", "ota", "safe"),
      verdict: fc.constantFrom<FirmwareVerdict>("same", "different", "unknown"),
    },
    { requiredKeys: ["verdict"] },
  );
  const anyEvidence = fc.record(
    {
      seen,
      wasSilent: fc.boolean(),
      phaseMs: fc.integer({ min: 0, max: 400_000 }),
      boots: fc.integer({ min: 0, max: 4 }),
      executing: fc.boolean(),
    },
    { requiredKeys: ["wasSilent", "phaseMs", "boots", "executing"] },
  );

  it("calls nothing a success that does not run the wanted code", () => {
    fc.assert(
      fc.property(phase, anyEvidence, (at, more) => {
        const change = nextPhase(install(at), evidence(more));
        if (change?.phase === "Done") expect(more.seen?.verdict).not.toBe("different");
        if (change?.phase === "Done") expect(at).toBe("Verifying");
      }),
    );
  });

  it("never leaves an ended operation, and ends every open one when time goes by", () => {
    fc.assert(
      fc.property(phase, anyEvidence, (at, more) => {
        const operation = install(at);
        if (!isOpen(operation)) {
          expect(nextPhase(operation, evidence(more))).toBeUndefined();
          return;
        }
        if (more.executing && at === "Transferring") return;
        const late = evidence({
          ...more,
          phaseMs: 1_000_000,
          ...(more.seen && { seen: { ...more.seen, uptimeMs: 1_000_000 } }),
        });
        expect(nextPhase(operation, late)).toBeDefined();
      }),
    );
  });
});

describe("lookAgainMs", () => {
  it("leaves a restarting device in peace, then looks every three seconds", () => {
    expect(lookAgainMs(install("Accepted"), evidence({ phaseMs: 0 }))).toBe(8_000);
    expect(lookAgainMs(install("Rebooting"), evidence({ phaseMs: 20_000 }))).toBe(3_000);
    expect(lookAgainMs(install("Unknown"), evidence({ phaseMs: 0 }))).toBe(3_000);
  });

  it("comes back when the soak ends", () => {
    expect(lookAgainMs(install("Verifying"), evidence({ seen: { ...running, uptimeMs: 14_000 } }))).toBe(1_000);
  });
});
