import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage } from "../../support/cli-stage.ts";
import { isLongRun } from "../../support/long-run.ts";

/** What kubectl 1.33 writes to its standard output for the lines below, and whether it fails. */
const golden = fileURLToPath(new URL("../../golden/as-kubectl-writes.txt", import.meta.url));
const kubectl = ["/usr/lib/google-cloud-sdk/bin/kubectl.1.33"].find(existsSync);

const files: Readonly<Record<string, string>> = {
  "one.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {set: a}}\ndata: {b: "<1>", a: "2"}\n',
  "one-b.yaml": 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {set: a}}\ndata: {a: "3"}\n',
  "two.yaml":
    'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: two, labels: {set: a}}, data: {a: "1"}}\n- {apiVersion: v1, kind: Secret, metadata: {name: sec, labels: {set: a}}, data: {p: aHVudGVyMg==}}\n',
  "group.yaml":
    "apiVersion: spore.dev/v1alpha1\nkind: NodeGroup\nmetadata: {name: lab}\nspec:\n  selector: {matchLabels: {room: lab}}\n  template: {firmware: {name: lab-1}}\n",
  "patch.yaml": 'data: {a: "7"}\n',
};

/** In order: each line finds what the lines before it left. */
const lines: readonly string[] = [
  "apply -f %/one.yaml --dry-run=client",
  "apply -f %/one.yaml --dry-run=server",
  "apply -f %/one.yaml",
  "apply -f %/one.yaml",
  "apply -f %/one-b.yaml --dry-run=client",
  "apply -f %/one-b.yaml --dry-run=server",
  "apply -f %/one-b.yaml",
  "apply -f %/one-b.yaml -o name",
  "get configmap one -o jsonpath={.data}{.metadata.annotations}",
  "apply view-last-applied configmap/one",
  "apply view-last-applied configmap one -o json",
  "apply set-last-applied -f %/one.yaml",
  "apply set-last-applied -f %/one.yaml",
  "apply -f %/two.yaml",
  "apply -f %/two.yaml",
  "apply -f %/group.yaml",
  "apply -f %/group.yaml",
  "diff -f %/one-b.yaml",
  "apply --server-side -f %/one.yaml --dry-run=server",
  "apply --server-side -f %/one.yaml",
  "apply --server-side -f %/one-b.yaml",
  "get configmap one -o jsonpath={.data}{.metadata.annotations}",
  "apply --server-side -f %/one.yaml --field-manager=other",
  "apply --server-side -f %/one.yaml --field-manager=other --force-conflicts",
  "apply -f %/one.yaml --prune -l set=a --prune-allowlist=core/v1/Secret",
  "create -f %/one.yaml",
  "create namespace attic",
  "create configmap c1 --from-literal=a=1 --from-literal=b=x=y",
  "create configmap c2 --from-file=%/patch.yaml --append-hash --dry-run=client -o name",
  "create secret generic s1 --from-literal=p=hunter2 --type=x/y",
  "create secret generic s1 --from-literal=p=hunter2",
  "replace -f %/one-b.yaml",
  "replace -f %/one-b.yaml --dry-run=server",
  "replace -f %/one-b.yaml --force",
  'patch configmap one -p \'{"data":{"a":"9"}}\'',
  'patch configmap one -p \'{"data":{"a":"9"}}\'',
  'patch configmap one --type=json -p \'[{"op":"replace","path":"/data/a","value":"8"}]\'',
  "patch configmap one --type=merge --patch-file %/patch.yaml",
  'patch nodegroup lab --type=merge -p \'{"spec":{"paused":true}}\'',
  "patch configmap nope -p {}",
  "label configmap one x=y",
  "label configmap one x=y",
  "label configmap one x=z",
  "label configmap one x=z --overwrite",
  "label configmap one --list",
  "label configmap one c1 y=1",
  "label configmap -l y=1 y-",
  "label configmap one y-",
  "label configmap one w=1 --dry-run=client",
  "label configmap one w=1 --dry-run=server",
  "label configmap one w=1 -o name",
  "label -f %/one.yaml v=1",
  "annotate configmap one x=y",
  "annotate configmap one x=z",
  "annotate configmap one x=z --overwrite",
  "annotate configmap one x-",
  "annotate nodegroup lab note=1",
  "delete configmap one --dry-run=client",
  "delete configmap one --dry-run=server",
  "delete configmap one -o name --dry-run=client",
  "delete configmap c1 nope",
  "delete configmap nope --ignore-not-found",
  "delete -f %/one.yaml",
  "delete -f %/one.yaml",
  "delete -f %/two.yaml --ignore-not-found",
  "delete configmap -l set=none",
  "delete secret s1 --now",
  "delete nodegroup/lab --cascade=orphan",
  "delete namespace attic --wait=false",
];

type Run = (line: string) => Promise<{ readonly code: number; readonly out: string }>;

/** What each line prints, with what differs from run to run taken out. */
async function transcript(run: Run): Promise<string> {
  const parts: string[] = [];
  for (const line of lines) {
    const { code, out } = await run(line);
    const said = line.startsWith("diff ") ? out.replace(/^(diff|---|\+\+\+) .*\n/gm, "") : out;
    parts.push(`$ ${line}\n${said}${said === "" || said.endsWith("\n") ? "" : "\n"}${code === 0 ? "" : "(fails)\n"}`);
  }
  return parts.join("");
}

async function furnished(): Promise<CliStage> {
  const stage = await cliStage();
  for (const [name, text] of Object.entries(files)) await stage.file(name, text);
  return stage;
}

function kubectlOf(stage: CliStage): Run {
  return (line) => {
    const words = [...line.replaceAll("%", stage.folder).matchAll(/'([^']*)'|\S+/g)].map(
      ([word, quoted]) => quoted ?? word,
    );
    const env = { PATH: process.env.PATH, HOME: stage.folder, KUBECONFIG: stage.kubeconfig };
    return new Promise((resolve) => {
      execFile(kubectl ?? "", words, { env, encoding: "utf8", timeout: 60_000 }, (error, stdout) => {
        resolve({ code: error ? 1 : 0, out: stdout.replaceAll(stage.folder, "%") });
      });
    });
  };
}

describe("what sporectl writes", () => {
  it("is what kubectl writes, line by line", { timeout: 60_000 }, async () => {
    await using stage = await furnished();
    expect(await transcript((line) => stage.run(line))).toBe(readFileSync(golden, "utf8"));
  });

  /** Also how the record is made: `vitest -u`, on a machine that has it. */
  if (!isLongRun) return;
  it.skipIf(kubectl === undefined)(
    "kubectl still writes what was recorded (needs kubectl 1.33)",
    { timeout: 240_000 },
    async () => {
      await using stage = await furnished();
      await expect(await transcript(kubectlOf(stage))).toMatchFileSnapshot(golden);
    },
  );
});

describe.skipIf(kubectl === undefined)("sporectl and kubectl in turn on the same object (needs kubectl 1.33)", () => {
  it("find nothing to do behind each other", { timeout: 60_000 }, async () => {
    await using stage = await furnished();
    const other = kubectlOf(stage);
    expect((await other("apply -f %/one.yaml")).out).toBe("configmap/one created\n");
    expect((await stage.run("apply -f %/one.yaml")).out).toBe("configmap/one unchanged\n");
    expect((await stage.run("apply -f %/one-b.yaml")).out).toBe("configmap/one configured\n");
    expect((await other("apply -f %/one-b.yaml")).out).toBe("configmap/one unchanged\n");
    const { data } = (await stage.asker.get(`${urls.configMaps}/one`)).json;
    expect(data).toEqual({ a: "3" });
    expect((await stage.run("apply --server-side -f %/one.yaml")).out).toBe("configmap/one serverside-applied\n");
    const before = (await stage.asker.get(`${urls.configMaps}/one`)).json.metadata;
    expect((await other("apply --server-side -f %/one.yaml")).code).toBe(0);
    const after = (await stage.asker.get(`${urls.configMaps}/one`)).json.metadata;
    expect(after.resourceVersion).toBe(before.resourceVersion);
    expect((await other("apply --server-side -f %/one-b.yaml")).code).toBe(0);
    expect((await stage.asker.get(`${urls.configMaps}/one`)).json.data).toEqual({ a: "3" });
  });
});
