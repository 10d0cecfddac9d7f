import { readdirSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { urls } from "../../support/api-server.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const lab = (value: string, more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lab}\ndata: {a: "${value}", b: "2"${more}}\n`;
const version = async () => (await stage.asker.get(urls.configMaps)).json.metadata.resourceVersion;
/** What differs from run to run. */
const settled = (text: string) =>
  text.replace(/uid: \S+/g, "uid: …").replace(/resourceVersion: "\d+"/g, 'resourceVersion: "…"');

describe("sporectl diff", () => {
  it("shows an object that would be made, one that would change, and nothing", async () => {
    await stage.file("lab.yaml", lab("1"));
    const line = "diff -f %/lab.yaml";
    const before = await version();
    const made = await stage.run(line);
    await expectGolden("diff-created", line, { ...made, out: settled(made.out) });
    expect(await version()).toBe(before);
    await stage.run("apply -f %/lab.yaml");
    expect(await stage.run(line)).toEqual({ code: 0, out: "", err: "" });
    await stage.file("lab.yaml", lab("7"));
    const changed = await stage.run(line);
    await expectGolden("diff-changed", line, { ...changed, out: settled(changed.out) });
    expect((await stage.asker.get(`${urls.configMaps}/lab`)).json.data.a).toBe("1");
  });

  it("shows what server-side apply would change", async () => {
    await stage.file("side.yaml", lab("1").replace("name: lab", "name: side"));
    await stage.run("apply --server-side -f %/side.yaml");
    expect(await stage.run("diff --server-side -f %/side.yaml")).toEqual({ code: 0, out: "", err: "" });
    await stage.file("side.yaml", lab("8").replace("name: lab", "name: side"));
    const line = "diff --server-side -f %/side.yaml";
    const ran = await stage.run(line);
    await expectGolden("diff-server-side", line, { ...ran, out: settled(ran.out) });
    const other = await stage.run("diff --server-side --field-manager=other -f %/side.yaml");
    expect(other.code).toBe(2);
    expect(other.err).toContain('conflict with "kubectl": .data.a');
  });

  it("does not show what a Secret holds", async () => {
    const secret = (value: string, more = "") =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: wifi}\nstringData: {password: ${value}, same: public${more}}\n`;
    await stage.file("secret.yaml", secret("hunter2"));
    await stage.run("apply -f %/secret.yaml");
    await stage.file("secret.yaml", secret("tr0ub4dor", ", fresh: swordfish"));
    const line = "diff -f %/secret.yaml";
    const ran = await stage.run(line);
    await expectGolden("diff-secret", line, { ...ran, out: settled(ran.out) });
    for (const word of ["hunter2", "tr0ub4dor", "swordfish", "public"]) {
      expect(ran.out).not.toContain(word);
      expect(ran.out).not.toContain(Buffer.from(word).toString("base64"));
    }
  });

  it.each([
    ["diff-nothing", "diff"],
    ["diff-missing-file", "diff -f %/nowhere.yaml"],
    ["help-diff", "diff --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });
});

describe("sporectl diff with $KUBECTL_EXTERNAL_DIFF", () => {
  async function run(command: string) {
    const io = capturedIo({
      SPORE_KUBECONFIG: stage.kubeconfig,
      KUBECTL_EXTERNAL_DIFF: command,
      PATH: process.env.PATH ?? "",
    });
    const code = await runCli(["diff", "-f", join(stage.folder, "lab.yaml")], io);
    return { code, ...io.written };
  }
  const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("sporectl-diff-"));

  it("gives that program two directories, and leaves none behind", async () => {
    await stage.file("lab.yaml", lab("9"));
    await stage.file("compare", '#!/bin/sh\necho "$1"; cd "$2"; ls; cd "$3"; grep "  a:" *; exit 1\n');
    await chmod(join(stage.folder, "compare"), 0o755);
    const ran = await run(`${join(stage.folder, "compare")} --loud`);
    expect(ran).toMatchObject({ code: 1, err: "" });
    expect(ran.out).toMatch(/^--loud\nv1\.ConfigMap\.default\.lab\n {2}a: "9"\n/);
    expect(leftovers()).toEqual([]);
  });

  it("says that the program is at fault where it is", async () => {
    expect(await run("/nowhere/compare")).toMatchObject({
      code: 2,
      err: expect.stringContaining("/nowhere/compare cannot be run"),
    });
    await stage.file("compare", "#!/bin/sh\nexit 7\n");
    expect(await run(join(stage.folder, "compare"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("failed with exit code 7"),
    });
    expect(leftovers()).toEqual([]);
  });
});
