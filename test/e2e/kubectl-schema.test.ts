import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installCrds } from "../../controller/apiserver/install-crds.ts";
import { ownCrds } from "../../controller/apiserver/own-kinds.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { hasTool } from "../support/machine-tools.ts";
import { sporeKinds } from "../support/spore-kinds.ts";
import { directoryOfFile } from "../support/temporary-directory.ts";

interface Outcome {
  readonly ok: boolean;
  /** What it wrote, to either stream. */
  readonly text: string;
}

/** What kubectl learns from discovery, OpenAPI and Tables, whichever version of it this machine has (1.20 and later). */
describe.skipIf(!hasTool("kubectl"))("kubectl (needs kubectl)", () => {
  const home = directoryOfFile();
  let identity: TestIdentity;
  let server: HttpsServer;

  beforeAll(async () => {
    const store = openMemoryStore({ clock: systemClock });
    await installCrds({ store, crds: ownCrds(), clock: systemClock, random: seededRandom(2) });
    identity = await testIdentity();
    server = await httpsServer(identity, { store });
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await identity?.[Symbol.asyncDispose]();
  });

  function kubectl(...words: readonly string[]): Promise<Outcome> {
    // Discovery is cached under HOME; each run of the tests begins without.
    const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: server.kubeconfig };
    return new Promise((resolve) => {
      execFile("kubectl", words, { env, timeout: 15_000 }, (error, stdout, stderr) => {
        resolve({ ok: error === null, text: stdout + stderr });
      });
    });
  }

  async function apply(manifest: string): Promise<Outcome> {
    const path = join(home, "manifest.yaml");
    await writeFile(path, manifest);
    return kubectl("apply", "-f", path);
  }

  it("lists every kind that is served, with its short names", async () => {
    const { ok, text } = await kubectl("api-resources", "--no-headers");
    expect(ok).toBe(true);
    const kinds = text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).at(-1));
    expect(kinds.sort()).toEqual(sporeKinds.map(({ kind }) => kind.kind).sort());
    expect(text).toMatch(/^nodegroups\s+ng\s+spore.dev\/v1alpha1\s+true\s+NodeGroup$/m);
  });

  it.each([
    ["sn", "One discovered or declared device"],
    ["ng.spec.strategy.maxUnavailable", "How many nodes may be unavailable at a time"],
    ["fw.spec.artifacts.sha256", "Its SHA-256, 64 lower-case hex digits."],
    ["ngr.spec.firmware", "The firmware, resolved."],
    ["livenodes.status.transfer", "The transfer under way."],
    ["namespaces.metadata.labels", "Short values to select objects by."],
    ["cm.data", "Text by key."],
    ["secrets.stringData", "Text by key; the server encodes it into data"],
    ["leases.spec.holderIdentity", "Who holds it"],
    ["events.involvedObject", "What it is about."],
    ["crd.spec.names", "How the kind is called."],
  ])("explains %s", async (path, description) => {
    const { ok, text } = await kubectl("explain", path);
    expect(ok, text).toBe(true);
    expect(text.replace(/\s+/g, " ")).toContain(description);
  });

  it("finds the CRDs, and that they are established", async () => {
    const listed = await kubectl("get", "crd", "-o", "name");
    expect(listed.text).toContain("customresourcedefinition.apiextensions.k8s.io/nodegroups.spore.dev\n");
    const waited = await kubectl("wait", "crd/nodes.spore.dev", "--for=condition=Established", "--timeout=5s");
    expect(waited).toEqual({ ok: true, text: expect.stringContaining("condition met") });
  });

  it("prints the columns of the CRD, more of them with -o wide", async () => {
    const node = "apiVersion: spore.dev/v1alpha1\nkind: Node\nmetadata: {name: esp-1}\nspec: {family: spore}\n";
    expect((await apply(node)).text).toContain("node.spore.dev/esp-1 created");
    const columns = "NAME PHASE OWNER GROUP FIRMWARE READY REASON ADDRESS AGE";
    const [header = "", row = ""] = (await kubectl("get", "sn")).text.replace(/ +/g, " ").split("\n");
    expect(header.trim()).toBe(columns);
    expect(row).toMatch(/^esp-1 \d+s$/);
    const [wide = ""] = (await kubectl("get", "sn", "-o", "wide")).text.replace(/ +/g, " ").split("\n");
    expect(wide.trim()).toBe(`${columns} PLATFORM BOARD CHIP OPERATION`);
  });

  it("is told the name of a misspelt field, and of one of the wrong type", async () => {
    const head = "apiVersion: spore.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: lab, namespace: default}\n";
    const group = (spec: string) => `${head}spec: {${spec}}\n`;
    const sound = "selector: {matchLabels: {room: lab}}, template: {firmware: {name: a}}";
    const misspelt = await apply(group(`${sound}, minReadySecond: 5`));
    expect(misspelt.ok).toBe(false);
    expect(misspelt.text).toMatch(/unknown field "(spec\.)?minReadySecond"/);
    const mistyped = await apply(group(`${sound}, minReadySeconds: soon`));
    expect(mistyped.ok).toBe(false);
    expect(mistyped.text).toContain("spec.minReadySeconds");
  });
});
