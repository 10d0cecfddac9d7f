import { describe, expect, it } from "vitest";
import type { LiveNode } from "../../controller/api/live-node.ts";
import type { Node } from "../../controller/api/node.ts";
import { nodeLine, picture, progressBar } from "../../controller/demo/fleet-view.ts";

const condition = (type: string, status: "True" | "False", message: string, reason = "Tested") => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: "2026-01-01T00:00:00Z",
});

function node(status: NonNullable<Node["status"]>): Node {
  return {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Node",
    metadata: { name: "esp-a00001" },
    spec: { family: "spore", paused: false },
    status: { address: "127.0.10.1", phase: "Active", firmware: { version: "1.0.0" }, ...status },
  };
}

function live(transfer: NonNullable<LiveNode["status"]["transfer"]>): LiveNode {
  return {
    apiVersion: "live.spore.dev/v1alpha1",
    kind: "LiveNode",
    metadata: { name: "x" },
    status: { phase: "Active", transfer },
  };
}

const operation = {
  id: "1",
  kind: "InstallFirmware",
  phase: "Transferring",
  version: "1.1.0",
  attempt: 1,
  fence: 1,
  startedAt: "2026-01-01T00:00:00Z",
} as const;

describe("nodeLine", () => {
  it("shows what arrived, where the device says it", () => {
    const line = nodeLine(node({ operation }), live({ totalBytes: 400, sentBytes: 400, receivedBytes: 100 }), "1.1.0");
    expect(line).toMatchObject({ progress: 0.25, state: "busy", text: "uploading 1.1.0" });
  });

  it("says that sent is not received, where the device says nothing", () => {
    const line = nodeLine(node({ operation }), live({ totalBytes: 400, sentBytes: 400 }), "1.1.0");
    expect(line).toMatchObject({ progress: 1, text: "sent, waiting" });
  });

  it("is ready only with the wanted version", () => {
    const conditions = [condition("Ready", "True", "all is well")];
    expect(nodeLine(node({ conditions, firmware: { version: "1.1.0" } }), undefined, "1.1.0").state).toBe("ready");
    expect(nodeLine(node({ conditions }), undefined, "1.1.0").state).toBe("waiting");
  });

  it("waits for its turn while the group has more in mind than what it runs", () => {
    for (const reason of ["Unmanaged", "Converged"]) {
      const conditions = [condition("Ready", "True", "The device is what it should be.", reason)];
      expect(nodeLine(node({ conditions }), undefined, "1.1.0")).toMatchObject({ text: "waits for its turn" });
    }
  });

  it("says in a word that a node must run with its new configuration for a while", () => {
    const message = "The device must run with its new configuration for a while.";
    const conditions = [condition("Ready", "False", message, "Settling")];
    expect(nodeLine(node({ conditions }), undefined, "1.1.0")).toMatchObject({ state: "waiting", text: "settling" });
  });

  it("names the version that is on its way, whichever that is", () => {
    const going = { ...operation, version: "0.9.0", phase: "Rebooting" } as const;
    expect(nodeLine(node({ operation: going }), undefined, "1.1.0").text).toBe("rebooting into 0.9.0");
  });

  it("is not ready before the group has said what it wants", () => {
    const conditions = [condition("Ready", "True", "all is well")];
    expect(nodeLine(node({ conditions }), undefined, undefined).state).toBe("waiting");
  });

  it.each([
    ["Stalled", "True"],
    ["Ready", "False"],
  ] as const)("shows what a device said in %s, and the terminal obeys none of it", (type, status) => {
    const said = condition(type, status, 'The device answered "\u001b[2J\u009b2J\n✔ esp-a00002".');
    const { text } = nodeLine(node({ conditions: [said] }), undefined, "1.1.0");
    expect(text).toContain("✔ esp-a00002");
    expect(text).not.toMatch(/\p{Cc}/u);
  });

  it("tells what stalled it", () => {
    const conditions = [condition("Stalled", "True", "the device lies about its version")];
    expect(nodeLine(node({ conditions }), undefined, "1.1.0")).toMatchObject({
      state: "failed",
      text: "the device lies about its version",
    });
  });
});

describe("picture", () => {
  it("keeps to the width, and is plain without colour", () => {
    const lines = [nodeLine(node({ operation }), live({ totalBytes: 8, sentBytes: 8, receivedBytes: 3 }), "1.1.0")];
    for (const width of [20, 40, 80, 200]) {
      for (const row of picture(lines, "SPORE", width, false)) {
        expect(row.length).toBeLessThanOrEqual(width);
        expect(row).not.toContain("\u001b");
      }
    }
  });

  it.each([0, 0.1, 0.5, 0.999, 1])("progressBar(%d) has a fixed width", (part) => {
    expect(progressBar(part)).toHaveLength(31);
  });
});
