import { execFile, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { controllers } from "../../controller/apiserver/user.ts";
import { Asker, configMap, groupManifest, nodeManifest, urls } from "../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { hasTool } from "../support/machine-tools.ts";

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe.skipIf(!hasTool("kubectl"))("kubectl (needs kubectl)", () => {
  let identity: TestIdentity;
  let server: HttpsServer;

  beforeAll(async () => {
    identity = await testIdentity();
    server = await httpsServer(identity);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await identity[Symbol.asyncDispose]();
  });

  /** kubectl keeps what it discovered under HOME, so that gets a place that goes with the test. */
  const environment = () => ({ PATH: process.env.PATH, HOME: identity.dataDir, KUBECONFIG: server.kubeconfig });

  function kubectl(...args: readonly string[]): Promise<Finished> {
    return new Promise((resolve) => {
      execFile("kubectl", args, { env: environment(), timeout: 60_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
  }

  async function manifest(name: string, ...documents: readonly object[]): Promise<string> {
    const path = join(identity.dataDir, `${name}.yaml`);
    await writeFile(path, documents.map((document) => stringify(document)).join("---\n"));
    return path;
  }

  it("knows the server's version and its kinds", async () => {
    expect((await kubectl("version")).stdout).toMatch(/v1\.32\.\d+\+spore/);
    const { stdout } = await kubectl("api-resources", "--api-group=spore.dev");
    expect(stdout).toMatch(/nodegroups\s+ng\s+(spore\.dev\/v1alpha1)\s+true\s+NodeGroup/);
    expect(stdout).toMatch(/nodes\s+sn\s+(spore\.dev\/v1alpha1)\s+false\s+Node/);
  });

  it("applies: created, unchanged, configured", async () => {
    const group = groupManifest("applied", { template: { labels: { app: "sensor" } } });
    const config = configMap("applied", { interval: "5000" });
    const path = await manifest("applied", group, config);
    const created = await kubectl("apply", "-f", path);
    expect(created.stdout).toBe("nodegroup.spore.dev/applied created\nconfigmap/applied created\n");
    expect((await kubectl("apply", "-f", path)).stdout).toBe(
      "nodegroup.spore.dev/applied unchanged\nconfigmap/applied unchanged\n",
    );
    await manifest(
      "applied",
      { ...group, spec: { ...group.spec, priority: 7 } },
      configMap("applied", { interval: "1" }),
    );
    expect((await kubectl("apply", "-f", path)).stdout).toBe(
      "nodegroup.spore.dev/applied configured\nconfigmap/applied configured\n",
    );
    const { stdout } = await kubectl(
      "get",
      "ng",
      "applied",
      "-o",
      "jsonpath={.spec.priority} {.spec.template.labels.app}",
    );
    expect(stdout).toBe("7 sensor");
  });

  it("creates what it knows itself; newer ones send that in protobuf", async () => {
    expect((await kubectl("create", "namespace", "made")).stdout).toBe("namespace/made created\n");
    const literal = "--from-literal=password=pa55";
    expect((await kubectl("create", "secret", "generic", "wifi", "-n", "made", literal)).stdout).toBe(
      "secret/wifi created\n",
    );
    expect((await kubectl("create", "configmap", "lab", "-n", "made", literal)).stdout).toBe("configmap/lab created\n");
    const { stdout } = await kubectl("get", "secret", "wifi", "-n", "made", "-o", "jsonpath={.data.password}");
    expect(Buffer.from(stdout, "base64").toString()).toBe("pa55");
    expect((await kubectl("delete", "namespace", "made", "--timeout=20s")).stdout).toContain("deleted");
  });

  it("says which field is wrong, and stores nothing", async () => {
    const path = await manifest("wrong", nodeManifest("wrong", { adress: "10.0.0.1" }));
    const unknown = await kubectl("apply", "-f", path);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("adress")]);
    const empty = await manifest("empty", groupManifest("empty", { selector: {} }));
    const refused = await kubectl("apply", "-f", empty);
    expect(refused.stderr).toContain("spec.selector: Required value: an empty selector would select every node");
    expect((await kubectl("get", "sn,ng")).stdout).not.toMatch(/wrong|empty/);
  });

  it("prints tables, wide ones and names", async () => {
    await kubectl(
      "apply",
      "-f",
      await manifest("printed", nodeManifest("printed", { owner: { namespace: "default" } })),
    );
    const narrow = (await kubectl("get", "sn", "printed")).stdout.split("\n");
    expect(narrow[0]).toMatch(/^NAME +PHASE +OWNER +GROUP +FIRMWARE +READY +REASON +ADDRESS +AGE$/);
    expect(narrow[1]).toMatch(/^printed +default +\d+s/);
    expect((await kubectl("get", "sn", "-o", "wide")).stdout).toContain("OPERATION");
    expect((await kubectl("get", "sn", "-o", "name")).stdout).toContain("node.spore.dev/printed");
    expect((await kubectl("get", "ng", "-n", "nowhere")).stderr).toContain("No resources found in nowhere namespace.");
    const missing = await kubectl("get", "sn", "missing");
    expect([missing.code, missing.stderr]).toEqual([
      1,
      'Error from server (NotFound): nodes.spore.dev "missing" not found\n',
    ]);
  });

  it("labels, patches and describes", async () => {
    await kubectl("apply", "-f", await manifest("patched", nodeManifest("patched")));
    expect((await kubectl("label", "sn", "patched", "room=lab")).stdout).toContain("labeled");
    expect((await kubectl("get", "sn", "-l", "room=lab", "-o", "name")).stdout).toBe("node.spore.dev/patched\n");
    expect(
      (await kubectl("patch", "sn", "patched", "--type=merge", "-p", '{"spec":{"paused":true}}')).stdout,
    ).toContain("patched");
    const operations = '[{"op":"replace","path":"/spec/paused","value":false}]';
    expect((await kubectl("patch", "sn", "patched", "--type=json", "-p", operations)).code).toBe(0);
    expect((await kubectl("patch", "cm", "applied", "-p", '{"data":{"more":"1"}}')).stdout).toContain("patched");
    expect((await kubectl("label", "sn", "patched", "room-")).code).toBe(0);
    const { stdout } = await kubectl("describe", "sn", "patched");
    expect(stdout).toMatch(/Name: +patched/);
    expect(stdout).toMatch(/Paused: +false/);
    expect(stdout).toMatch(/Events: +<none>/);
  });

  it("shows the events of an object", async () => {
    const ask = new Asker(inProcessTransport(server.api, controllers));
    const { json: node } = await ask.get(`${urls.nodes}/patched`);
    const involvedObject = { apiVersion: node.apiVersion, kind: "Node", name: "patched", uid: node.metadata.uid };
    const now = new Date().toISOString();
    const event = {
      metadata: { name: "patched.1" },
      involvedObject,
      reason: "Restarted",
      message: "it is up again",
      type: "Normal",
    };
    const dated = { ...event, firstTimestamp: now, lastTimestamp: now, count: 3, source: { component: "spored" } };
    expect((await ask.post(urls.events, dated)).status).toBe(201);
    expect((await kubectl("describe", "sn", "patched")).stdout).toMatch(/Normal +Restarted +.*spored +it is up again/);
    expect((await kubectl("get", "events")).stdout).toMatch(/Normal +Restarted +node\/patched +it is up again/);
  });

  it("waits for a condition and for an end", async () => {
    const ask = new Asker(inProcessTransport(server.api, controllers));
    await kubectl("apply", "-f", await manifest("waited", nodeManifest("waited", {}, { finalizers: ["x.dev/hold"] })));
    const waiting = kubectl("wait", "--for=condition=Ready", "sn/waited", "--timeout=30s");
    const condition = {
      type: "Ready",
      status: "True",
      reason: "Fine",
      message: "fine",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    await ask.merge(`${urls.nodes}/waited/status`, { status: { conditions: [condition] } });
    expect(await waiting).toMatchObject({ code: 0, stdout: "node.spore.dev/waited condition met\n" });
    const deleting = kubectl("delete", "sn", "waited", "--timeout=30s");
    const gone = kubectl("wait", "--for=delete", "sn/waited", "--timeout=30s");
    await until(async () => (await ask.get(`${urls.nodes}/waited`)).json.metadata.deletionTimestamp !== undefined);
    await ask.merge(`${urls.nodes}/waited`, { metadata: { finalizers: null } });
    expect((await deleting).stdout).toBe('node.spore.dev "waited" deleted\n');
    expect((await gone).code).toBe(0);
    const late = await kubectl("wait", "--for=condition=Ready", "sn/printed", "--timeout=1s");
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("timed out waiting for the condition")]);
  });

  it("watches", async () => {
    const ask = new Asker(inProcessTransport(server.api, controllers));
    const child = spawn("kubectl", ["get", "sn", "-w", "-o", "name"], {
      env: environment(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const seen = new Set<string>();
    while (!seen.has("node.spore.dev/printed")) seen.add((await lines.next()).value ?? "");
    await ask.post(urls.nodes, nodeManifest("watched"));
    while (!seen.has("node.spore.dev/watched")) seen.add((await lines.next()).value ?? "");
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
  });

  it("explains fields", async () => {
    const { stdout } = await kubectl("explain", "nodegroup.spec.strategy");
    expect(stdout).toContain("How a change spreads.");
    expect(stdout).toContain("maxUnavailable");
    expect((await kubectl("explain", "cm.data")).code).toBe(0);
  });

  it("deletes what it applied", async () => {
    const path = join(identity.dataDir, "applied.yaml");
    const { stdout } = await kubectl("delete", "-f", path);
    expect(stdout).toBe('nodegroup.spore.dev "applied" deleted\nconfigmap "applied" deleted\n');
    expect((await kubectl("get", "ng,cm", "-o", "name")).stdout).toBe("");
    expect((await kubectl("delete", "sn", "--all")).code).toBe(0);
    expect((await kubectl("delete", "sn", "printed", "--ignore-not-found")).code).toBe(0);
  });
});

/** Asks until the answer is yes. */
async function until(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 20));
}
