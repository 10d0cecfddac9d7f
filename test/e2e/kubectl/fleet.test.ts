import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { nodeNameOf } from "../../../controller/drivers/node-name.ts";
import { kubectls } from "../../support/kubectls.ts";
import type { Finished } from "../plane.ts";
import { push, startStage } from "../simulated.ts";

const group = {
  apiVersion: "spore.dev/v1alpha1",
  kind: "NodeGroup",
  metadata: { name: "lab" },
  spec: {
    selector: { matchLabels: { room: "lab" } },
    minReadySeconds: 0,
    strategy: { maxUnavailable: 2 },
    template: { firmware: { name: "lab-sensor-1.1.0" } },
  },
};

const newest = kubectls().at(-1);

describe.skipIf(newest === undefined)(`kubectl ${newest?.version} with a fleet (needs kubectl)`, () => {
  it("labels, adopts, waits, describes, and deletes a group without its nodes", { timeout: 90_000 }, async () => {
    await using stage = await startStage({ count: 2 }, []);
    const { plane, fleet } = stage;
    const environment = { PATH: process.env.PATH, HOME: plane.dataDir, KUBECONFIG: plane.kubeconfig };
    const kubectl = (...words: readonly string[]): Promise<Finished> =>
      new Promise((resolve) => {
        execFile(newest?.path ?? "kubectl", words, { env: environment, timeout: 60_000 }, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
        });
      });
    const names = fleet.nodes.map(({ board }) => nodeNameOf(board.hostname));
    const [first = ""] = names;
    await push(plane, { name: "lab-sensor", version: "1.1.0", sizeBytes: 64_000 });
    for (const name of names) {
      const reachable = await plane.sporectl(["wait", "--for=condition=Reachable", `node/${name}`, "--timeout", "30s"]);
      expect(reachable).toMatchObject({ code: 0 });
    }
    expect((await kubectl("label", "sn", ...names, "room=lab")).code).toBe(0);
    const manifest = join(plane.dataDir, "lab.yaml");
    await writeFile(manifest, stringify(group));
    expect((await kubectl("apply", "-f", manifest)).stdout).toBe("nodegroup.spore.dev/lab created\n");
    const owner = JSON.stringify({ spec: { owner: { namespace: "default" } } });
    for (const name of names) expect((await kubectl("patch", "sn", name, "--type=merge", "-p", owner)).code).toBe(0);
    const updated = names.map((name) =>
      kubectl("wait", "--for=condition=FirmwareCurrent", `sn/${name}`, "--timeout=45s"),
    );
    expect((await Promise.all(updated)).map(({ code }) => code)).toEqual([0, 0]);
    expect(await kubectl("wait", "--for=condition=Ready", "ng/lab", "--timeout=45s")).toMatchObject({ code: 0 });

    const wide = (await kubectl("get", "sn", "-o", "wide")).stdout;
    for (const name of names)
      expect(wide).toMatch(new RegExp(`${name} +Active +default +default/lab +1\\.1\\.0 +True`));
    const { stdout } = await kubectl("describe", "sn", first);
    // Within one second kubectl lists events in an order of its own.
    for (const reason of ["Installing", "Installed"]) expect(stdout).toMatch(new RegExp(`Events:[\\s\\S]* ${reason} `));

    expect((await kubectl("delete", "ng", "lab", "--timeout=30s")).stdout).toContain('"lab" deleted');
    expect((await kubectl("get", "sn", "-o", "name")).stdout.trim().split("\n")).toEqual(
      [...names].sort().map((name) => `node.spore.dev/${name}`),
    );
    expect(fleet.nodes.map(({ uploads }) => uploads.length)).toEqual([1, 1]);
    // What the group owned goes with it.
    const left = await kubectl("wait", "--for=delete", "ngr", "--all", "--timeout=30s");
    expect(left.stderr.includes("timed out")).toBe(false);
    expect((await kubectl("get", "ngr,secrets", "-o", "name")).stdout).toBe("");
  });
});
