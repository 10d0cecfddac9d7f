import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ConfigMap, Namespace, Secret } from "../../controller/api/core-kinds.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { isSporeError, SporeError } from "../../controller/base/errors.ts";
import { applyAll, danglingReferences } from "../../controller/manifests/apply.ts";
import type { Manifest } from "../../controller/manifests/manifest.ts";
import { type KindLookup, readYaml } from "../../controller/manifests/read-yaml.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import { MapObjectApi } from "../support/object-api.ts";

const crd = parse(readFileSync("crds/node-group.yaml", "utf8"));
const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true } as const;
const kinds = [NodeGroup, ConfigMap, Secret, Namespace].map((kind) => ({
  kind,
  compiled: compileSchema(kind === NodeGroup ? crd.spec.versions[0].schema.openAPIV3Schema : open, kind),
}));
const lookup: KindLookup = (_apiVersion, name) => kinds.find(({ kind }) => kind.kind === name);

const group = (version: string) => `apiVersion: spore.dev/v1alpha1
kind: NodeGroup
metadata: {name: lab}
spec:
  selector: {matchLabels: {room: lab}}
  template:
    firmware: {name: lab-${version}}
    config:
      - configMapRef: {name: lab}
`;
const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: lab}
data: {a: "1"}
`;

const never = new AbortController().signal;

function apply(text: string, api: MapObjectApi, dryRun = false) {
  return applyAll(readYaml(text, "lab.yaml", "default", lookup), api, {
    ...(dryRun && { dryRun: "server" }),
    clock: systemClock,
    signal: never,
  });
}

describe("applyAll", () => {
  it("creates, then finds nothing to do, then patches what changed", async () => {
    const api = new MapObjectApi();
    expect((await apply(group("1"), api)).map(({ verdict }) => verdict)).toEqual(["created"]);
    expect((await apply(group("1"), api)).map(({ verdict }) => verdict)).toEqual(["unchanged"]);
    expect((await apply(group("2"), api)).map(({ verdict }) => verdict)).toEqual(["configured"]);
    expect(await api.read(NodeGroup, { namespace: "default", name: "lab" })).toMatchObject({
      spec: { template: { firmware: { name: "lab-2" } } },
    });
  });

  it("leaves what others set", async () => {
    const api = new MapObjectApi();
    await apply(configMap, api);
    await api.patch(ConfigMap, { namespace: "default", name: "lab" }, { data: { b: "2" } }, false);
    await apply(configMap.replace('"1"', '"3"'), api);
    expect(await api.read(ConfigMap, { namespace: "default", name: "lab" })).toMatchObject({
      data: { a: "3", b: "2" },
    });
  });

  it("writes what others refer to first", async () => {
    const api = new MapObjectApi();
    await apply(`${group("1")}---\n${configMap}`, api);
    expect(api.writes).toEqual(["create configmaps default/lab", "create nodegroups default/lab"]);
  });

  it("writes nothing when one document is bad here", async () => {
    const api = new MapObjectApi();
    const applied = apply(`${configMap}---\n${group("1").replace("selector", "selecter")}`, api);
    await expect(applied).rejects.toThrow(
      /^lab\.yaml:10:3: spec\.selecter: unknown field \(and 1 more\); nothing was changed$/,
    );
    expect(api.writes).toEqual([]);
  });

  it("writes nothing when the server refuses one, and says where it stands", async () => {
    const api = new MapObjectApi();
    api.refused.set("bad", "spec.selector");
    const applied = apply(`${configMap}---\n${group("1").replace("name: lab}", "name: bad}")}`, api);
    await expect(applied).rejects.toSatisfy((error) => isSporeError(error, "SPORE_MANIFEST_INVALID"));
    await expect(applied).rejects.toThrow("lab.yaml:10:3: spec.selector: the server does not like it");
    expect(api.writes).toEqual([]);
  });

  it("does not see a change in a Secret that says its values in clear", async () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: wifi}\nstringData: {password: hunter2}\n";
    const api = new MapObjectApi();
    await apply(secret, api);
    expect((await apply(secret, api)).map(({ verdict }) => verdict)).toEqual(["unchanged"]);
  });

  it("writes nothing in a dry run", async () => {
    const api = new MapObjectApi();
    expect((await apply(group("1"), api, true)).map(({ verdict }) => verdict)).toEqual(["created"]);
    expect(api.writes).toEqual([]);
  });
});

describe("applyAll, when asked for more", () => {
  const read = (text: string) => readYaml(text, "lab.yaml", "default", lookup);
  const other = configMap.replace("name: lab", "name: hall");
  const third = configMap.replace("name: lab", "name: attic");

  it("goes on behind an object that cannot be written, and names it", async () => {
    const api = new MapObjectApi();
    api.broken.add("hall");
    const failed: string[] = [];
    const options = {
      clock: systemClock,
      signal: never,
      failed: (manifest: Manifest, error: Error) => {
        failed.push(`${manifest.object.metadata.name}: ${error.message}`);
      },
    };
    const applied = await applyAll(read([configMap, other, third].join("---\n")), api, options);
    expect(applied.map(({ object }) => object.metadata.name)).toEqual(["lab", "attic"]);
    expect(failed).toEqual(["hall: hall is broken"]);
  });

  it("only reads in a client's dry run, and shows what would be", async () => {
    const api = new MapObjectApi();
    await apply(configMap, api);
    api.refused.set("lab", "data");
    const options = { clock: systemClock, signal: never, dryRun: "client" as const };
    const applied = await applyAll(read(`${configMap.replace('"1"', '"2"')}---\n${other}`), api, options);
    expect(applied.map(({ verdict, object }) => [verdict, (object as ConfigMap).data])).toEqual([
      ["configured", { a: "2" }],
      ["created", { a: "1" }],
    ]);
    expect(api.writes).toEqual(["create configmaps default/lab"]);
  });

  it("leaves the merge to the server where it is told to", async () => {
    const api = new MapObjectApi();
    const options = { clock: systemClock, signal: never, serverSide: { force: false } };
    expect((await applyAll(read(configMap), api, options)).map(({ verdict }) => verdict)).toEqual([
      "serverside-applied",
    ]);
    expect(api.writes).toEqual(["apply configmaps default/lab"]);
    expect(await api.read(ConfigMap, { namespace: "default", name: "lab" })).not.toHaveProperty("metadata.annotations");
  });

  it("turns to an object that somebody else makes first", async () => {
    const api = new MapObjectApi();
    const create = api.create.bind(api);
    api.create = async (kind, object, dryRun) => {
      if (dryRun) return create(kind, object, dryRun);
      await create(kind, { ...object, metadata: { ...object.metadata, labels: { by: "other" } } }, false);
      throw new SporeError("SPORE_ALREADY_EXISTS", "it is there");
    };
    expect((await apply(configMap, api)).map(({ verdict }) => verdict)).toEqual(["unchanged"]);
  });
});

describe("danglingReferences", () => {
  it("names what is not there yet, and where it is asked for", async () => {
    const api = new MapObjectApi();
    const { manifests } = readYaml(group("1"), "lab.yaml", "default", lookup);
    await api.create(
      ConfigMap,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name: "lab" } },
      false,
    );
    expect(await danglingReferences(manifests, api)).toEqual([
      'lab.yaml:7:16: spec.template.firmware.name: there is no Firmware "lab-1" yet',
    ]);
  });
});
