import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodes } from "../../../controller/cli/io.ts";
import { urls } from "../../support/api-server.ts";
import { type CliStage, cliStage, expectGolden } from "../../support/cli-stage.ts";

let stage: CliStage;
beforeAll(async () => {
  stage = await cliStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const configMap = (name: string) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {${name}}\ndata: {a: "1"}\n`;

describe("sporectl create -f", () => {
  it("makes what is not there, and names what is", async () => {
    await stage.file("set.yaml", configMap("name: one") + configMap("name: two"));
    const line = "create -f %/set.yaml";
    expect(await stage.run(line)).toEqual({ code: 0, out: "configmap/one created\nconfigmap/two created\n", err: "" });
    await stage.file("set.yaml", configMap("name: one") + configMap("name: three"));
    await expectGolden("create-partly", line, await stage.run(line));
  });

  it("takes names that the server is to make", async () => {
    await stage.file("set.yaml", configMap("generateName: run-"));
    expect((await stage.run("create -f %/set.yaml")).out).toMatch(/^configmap\/run-[a-z0-9]{5} created\n$/);
    expect((await stage.run("apply -f %/set.yaml")).err).toContain("metadata.name: is required");
  });

  it("writes nothing in a dry run", async () => {
    await stage.file("set.yaml", configMap("name: dry"));
    for (const where of ["client", "server"]) {
      expect((await stage.run(`create -f %/set.yaml --dry-run=${where}`)).out).toContain("configmap/dry created (");
    }
    expect((await stage.asker.get(`${urls.configMaps}/dry`)).status).toBe(404);
  });

  it("lets apply go on from there with --save-config", async () => {
    await stage.file("set.yaml", configMap("name: saved"));
    await stage.run("create -f %/set.yaml --save-config");
    expect((await stage.run("apply -f %/set.yaml")).out).toBe("configmap/saved unchanged\n");
  });
});

describe("sporectl create KIND", () => {
  it.each([
    ["create-namespace", "create namespace attic"],
    ["create-namespace-again", "create ns attic"],
    ["create-configmap", "create configmap lab --from-literal=a=1 --from-literal=b=x=y -o yaml --dry-run=client"],
    ["create-configmap-hash", "create cm lab -n attic --from-literal=a=1 --append-hash --dry-run=client -o yaml"],
    ["create-configmap-no-value", "create cm lab --from-literal=a"],
    [
      "create-secret",
      "create secret generic wifi --from-literal=password=hunter2 --type=example.dev/wifi --dry-run=client -o yaml",
    ],
    [
      "create-role",
      "create role watcher --verb=get,list,watch --resource=nodes,cm,nodes/status --dry-run=client -o yaml",
    ],
    ["create-role-no-verb", "create role watcher --resource=nodes"],
    [
      "create-binding",
      "create rolebinding lab --clusterrole=view --user=ann,ben --serviceaccount=default:bot --dry-run=client -o yaml",
    ],
    ["create-binding-role", "create clusterrolebinding lab --role=watcher --user=ann"],
    ["create-binding-account", "create rolebinding lab --role=watcher --serviceaccount=bot"],
    ["create-serviceaccount", "create sa bot --dry-run=client"],
    ["create-token-duration", "create token bot --duration=soon"],
    ["create-nothing", "create"],
    ["help-create", "create --help"],
    ["help-create-configmap", "create configmap --help"],
  ])("%s", async (name, line) => {
    await expectGolden(name, line, await stage.run(line));
  });

  it("writes into the namespace that was said", async () => {
    expect((await stage.run("create cm there -n attic --from-literal=a=1")).code).toBe(exitCodes.done);
    expect((await stage.asker.get("/api/v1/namespaces/attic/configmaps/there")).json.data).toEqual({ a: "1" });
  });
});
