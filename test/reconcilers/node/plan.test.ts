import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FirmwareSituation,
  type Plan,
  planNext,
  type Situation,
  writingPlans,
} from "../../../controller/reconcilers/node/plan.ts";

const managed = { write: true, managed: true } as const;
const unmanaged = { write: true, managed: false, reason: "Unmanaged", message: "No group." } as const;
const problem = { remedy: "stalled", reason: "Refused", message: "no" } as const;
const waiting = { remedy: "waits", reason: "ReferenceNotFound", message: "not yet" } as const;
const wanted = (more: Partial<Extract<FirmwareSituation, { wanted: true }>> = {}): FirmwareSituation => ({
  wanted: true,
  digest: "d",
  verdict: "different",
  ...more,
});
const settled: Situation = {
  operationOpen: false,
  permission: managed,
  reachable: true,
  mustLook: false,
  unconfirmed: false,
  firmware: { wanted: false },
  restart: { kind: "notWanted" },
  config: { kind: "notWanted" },
  labels: { kind: "notWanted" },
  refused: {},
  retryInMs: 0,
};
const driftedConfig = { kind: "drifted", push: { a: 1 }, withheld: [] } as const;
const driftedLabels = { kind: "drifted", set: { a: "1" }, remove: ["b"] } as const;
const attempts = (count: number, reason = "VersionMismatch") => ({ digest: "d", count, reason });

describe("planNext", () => {
  it.each<[string, Partial<Situation>, Plan["kind"], string?]>([
    ["nothing when all is well", {}, "converged"],
    [
      "nothing while an operation is open",
      { operationOpen: true, mustLook: true, firmware: wanted() },
      "wait",
      "OperationOpen",
    ],
    ["nothing to a device that does not answer", { reachable: false, mustLook: true }, "wait", "Unreachable"],
    ["a look before everything else", { mustLook: true, firmware: wanted(), permission: managed }, "observe"],
    [
      "a look also at a device it may not write to",
      { mustLook: true, permission: { write: false, reason: "Unowned", message: "m" } },
      "observe",
    ],
    [
      "nothing to an unowned device",
      { firmware: wanted(), permission: { write: false, reason: "Unowned", message: "m" } },
      "wait",
      "Unowned",
    ],
    ["nothing without a group", { permission: unmanaged, firmware: wanted() }, "wait", "Unmanaged"],
    ["nothing until its turn comes", { permission: { ...unmanaged, reason: "Waiting" } }, "wait", "Waiting"],
    ["a restart that people ask for without a group", { permission: unmanaged, restart: { kind: "due" } }, "restart"],
    ["nothing while a reference is missing", { problem: waiting, config: driftedConfig }, "wait", "ReferenceNotFound"],
    ["nothing until a person mends the problem", { problem, labels: driftedLabels }, "stalled", "Refused"],

    [
      "an install of other firmware",
      { firmware: wanted(), config: driftedConfig, labels: driftedLabels, restart: { kind: "due" } },
      "install",
    ],
    ["an install where the device does not say what runs", { firmware: wanted({ verdict: "unknown" }) }, "install"],
    ["no install of what runs already", { firmware: wanted({ verdict: "same" }) }, "converged"],
    [
      "no install of an image that does not fit",
      { firmware: wanted({ misfit: problem }), config: driftedConfig },
      "stalled",
      "Refused",
    ],
    ["another install after two failures", { firmware: wanted({ attempts: attempts(2) }) }, "install"],
    [
      "no fourth install",
      { firmware: wanted({ attempts: attempts(3) }), config: driftedConfig },
      "stalled",
      "VersionMismatch",
    ],
    [
      "no second install of code that crashes",
      { firmware: wanted({ attempts: attempts(1, "CrashLoop") }) },
      "stalled",
      "CrashLoop",
    ],
    [
      "a stall while crashing code runs",
      { firmware: wanted({ verdict: "same", attempts: attempts(1, "CrashLoop") }) },
      "stalled",
      "CrashLoop",
    ],
    [
      "an install of another image after three failures",
      { firmware: wanted({ attempts: { ...attempts(3), digest: "e" } }) },
      "install",
    ],
    [
      "patience after a failed install",
      { firmware: wanted({ attempts: attempts(1) }), retryInMs: 9 },
      "wait",
      "BackOff",
    ],

    ["a restart before configuration", { restart: { kind: "due" }, config: driftedConfig }, "restart"],
    ["no restart before its time", { restart: { kind: "later", inMs: 5 } }, "converged"],
    [
      "no second try of a refused restart",
      { restart: { kind: "due" }, refused: { restart: problem } },
      "stalled",
      "Refused",
    ],
    ["configuration before labels", { config: driftedConfig, labels: driftedLabels }, "pushConfig"],
    [
      "no second push of a refused configuration",
      { config: driftedConfig, refused: { config: problem } },
      "stalled",
      "Refused",
    ],
    ["labels last", { labels: driftedLabels }, "setLabels"],
    ["no second try of refused labels", { labels: driftedLabels, refused: { labels: problem } }, "stalled", "Refused"],
    [
      "convergence where the device has no way to hold labels",
      { labels: driftedLabels, refused: { labels: { ...problem, reason: "NotSupported" } } },
      "converged",
    ],
    [
      "labels where the device has no way to hold configuration",
      { config: driftedConfig, labels: driftedLabels, refused: { config: { ...problem, reason: "NotSupported" } } },
      "setLabels",
    ],
    ["patience after a failed push", { config: driftedConfig, retryInMs: 9 }, "wait", "BackOff"],
    [
      "a call for a person where the device has a later fence",
      { firmware: wanted(), retryInMs: 9, lastFailure: { reason: "StaleFence", message: "m" } },
      "stalled",
      "StaleFence",
    ],
    ["a look after the last write", { unconfirmed: true }, "observe"],
    ["one write after another before it looks again", { unconfirmed: true, labels: driftedLabels }, "setLabels"],
    ["convergence where the device cannot hold configuration", { config: { kind: "notSupported" } }, "converged"],
    [
      "a stall when only withheld secrets are missing",
      { config: { kind: "withheld", keys: ["p"] } },
      "stalled",
      "SecretsWithheld",
    ],
  ])("plans %s", (_claim, more, kind, reason) => {
    const plan = planNext({ ...settled, ...more });
    expect(plan.kind).toBe(kind);
    if (reason !== undefined) expect(plan).toHaveProperty("reason", reason);
  });

  it("says why it waits after a failure", () => {
    const lastFailure = { reason: "Overloaded", message: "The device answered 503." };
    expect(planNext({ ...settled, labels: driftedLabels, retryInMs: 9, lastFailure })).toEqual({
      kind: "wait",
      reason: "BackOff",
      message: "The last action failed; it is tried again soon. Overloaded: The device answered 503.",
      delayMs: 9,
    });
  });

  it("passes on what must be written", () => {
    expect(planNext({ ...settled, config: driftedConfig })).toEqual({
      kind: "pushConfig",
      values: { a: 1 },
      withheld: [],
    });
    expect(planNext({ ...settled, labels: driftedLabels })).toEqual({
      kind: "setLabels",
      labels: { a: "1" },
      remove: ["b"],
    });
  });

  const anyProblem = fc.constantFrom(problem, waiting);
  const situation: fc.Arbitrary<Situation> = fc.record(
    {
      operationOpen: fc.boolean(),
      permission: fc.constantFrom<Situation["permission"]>(
        managed,
        unmanaged,
        ...["Unowned", "Paused", "Conflict", "Deleting", "GroupPaused"].map(
          (reason) => ({ write: false, reason, message: "m" }) as const,
        ),
      ),
      reachable: fc.boolean(),
      mustLook: fc.boolean(),
      unconfirmed: fc.boolean(),
      problem: anyProblem,
      firmware: fc.oneof(
        fc.constant<FirmwareSituation>({ wanted: false }),
        fc.record(
          {
            wanted: fc.constant(true as const),
            digest: fc.constantFrom("d", "e"),
            verdict: fc.constantFrom("same" as const, "different" as const, "unknown" as const),
            misfit: anyProblem,
            attempts: fc.record({
              digest: fc.constantFrom("d", "e"),
              count: fc.integer({ min: 1, max: 4 }),
              reason: fc.constantFrom("VersionMismatch", "CrashLoop"),
            }),
          },
          { requiredKeys: ["wanted", "digest", "verdict"] },
        ),
      ),
      restart: fc.constantFrom<Situation["restart"]>(
        { kind: "notWanted" },
        { kind: "carriedOut" },
        { kind: "due" },
        { kind: "later", inMs: 5 },
      ),
      config: fc.constantFrom<Situation["config"]>(
        { kind: "notWanted" },
        { kind: "notSupported" },
        { kind: "unknown" },
        { kind: "current", source: "Reported" },
        driftedConfig,
        { kind: "withheld", keys: ["p"] },
      ),
      labels: fc.constantFrom<Situation["labels"]>(
        { kind: "notWanted" },
        { kind: "unknown" },
        { kind: "current" },
        driftedLabels,
      ),
      refused: fc.record({ config: anyProblem, labels: anyProblem, restart: anyProblem }, { requiredKeys: [] }),
      retryInMs: fc.constantFrom(0, 5_000),
    },
    {
      requiredKeys: [
        "operationOpen",
        "permission",
        "reachable",
        "mustLook",
        "unconfirmed",
        "firmware",
        "restart",
        "config",
        "labels",
        "refused",
        "retryInMs",
      ],
    },
  );

  it("never writes without permission, without a look, during an operation, or to a device that does not answer", () => {
    fc.assert(
      fc.property(situation, (one) => {
        if (!writingPlans.has(planNext(one).kind)) return;
        expect(one).toMatchObject({
          operationOpen: false,
          reachable: true,
          mustLook: false,
          permission: { write: true },
          retryInMs: 0,
        });
      }),
    );
  });

  it("never installs what runs, what does not fit, or what failed too often", () => {
    fc.assert(
      fc.property(situation, (one) => {
        if (planNext(one).kind !== "install") return;
        const { firmware } = one;
        if (!firmware.wanted) throw new Error("installed what nobody wants");
        expect(firmware.verdict).not.toBe("same");
        expect(firmware.misfit).toBeUndefined();
        expect(firmware.attempts?.digest === firmware.digest && firmware.attempts.count >= 3).toBe(false);
        expect(one.permission).toEqual(managed);
      }),
    );
  });

  it("calls nothing converged that is not", () => {
    fc.assert(
      fc.property(situation, (one) => {
        if (planNext(one).kind !== "converged") return;
        expect([one.mustLook, one.unconfirmed, one.operationOpen, one.problem]).toEqual([
          false,
          false,
          false,
          undefined,
        ]);
        expect(one.firmware.wanted && one.firmware.verdict !== "same").toBe(false);
        expect([one.config.kind, one.labels.kind, one.restart.kind]).not.toContain("drifted");
        expect(one.restart.kind).not.toBe("due");
      }),
    );
  });
});
