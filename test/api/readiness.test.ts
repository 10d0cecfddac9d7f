import { describe, expect, it } from "vitest";
import type { Condition } from "../../controller/api/meta.ts";
import { readinessOf } from "../../controller/api/readiness.ts";

const condition = (type: string, status: Condition["status"]): Condition => ({
  type,
  status,
  reason: "R",
  message: `${type} is ${status}`,
  lastTransitionTime: "2026-01-01T00:00:00Z",
});
const object = (conditions: readonly Condition[], observedGeneration = 2) => ({
  apiVersion: "spore.dev/v1alpha1",
  kind: "NodeGroup",
  metadata: { name: "a", generation: 2 },
  status: { observedGeneration, conditions },
});

describe("readiness", () => {
  it("is Current for what has no status", () => {
    const bare = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    expect(readinessOf(bare)).toEqual({ state: "Current", message: "" });
    expect(readinessOf(object([])).state).toBe("Current");
  });

  it("waits for the first answer of our own controllers", () => {
    const { status, ...fresh } = object([]);
    expect(readinessOf(fresh).state).toBe("InProgress");
    expect(readinessOf({ ...fresh, apiVersion: "example.com/v1" }).state).toBe("Current");
  });

  it.each([
    [[condition("Ready", "True")], "Current", ""],
    [[condition("Ready", "False")], "InProgress", "Ready is False"],
    [[condition("Ready", "Unknown")], "InProgress", "Ready is Unknown"],
    [[condition("Ready", "True"), condition("Reconciling", "True")], "InProgress", "Reconciling is True"],
    [[condition("Reconciling", "True"), condition("Stalled", "True")], "Failed", "Stalled is True"],
    [[condition("Ready", "True"), condition("Stalled", "False")], "Current", ""],
  ] as const)("%j is %s", (conditions, state, message) => {
    expect(readinessOf(object(conditions))).toEqual({ state, message });
  });

  it("is not yet judged while the newest spec was not looked at", () => {
    expect(readinessOf(object([condition("Ready", "True")], 1)).state).toBe("InProgress");
  });

  it("ends with the object", () => {
    const { metadata, ...rest } = object([condition("Ready", "True")]);
    const going = { ...rest, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    expect(readinessOf(going).state).toBe("Terminating");
  });
});
