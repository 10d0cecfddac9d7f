import { describe, expect, it } from "vitest";
import { installCrds } from "../../controller/apiserver/install-crds.ts";
import { ownCrds } from "../../controller/apiserver/own-kinds.ts";
import { seededRandom } from "../../controller/base/random.ts";
import type { CustomResourceDefinition } from "../../controller/schema/custom-resource-definition.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import type { Store } from "../../controller/store/store.ts";
import { ManualClock } from "../support/manual-clock.ts";

const prefix = "/registry/apiextensions.k8s.io/customresourcedefinitions/";
const clock = new ManualClock(Date.UTC(2026, 10, 20));
const random = seededRandom(1);

async function stored(store: Store, name: string) {
  const entry = await store.get(prefix + name);
  return JSON.parse(Buffer.from(entry?.value ?? []).toString());
}

describe("installCrds", () => {
  it("stores every CRD, Established, and writes nothing the next time", async () => {
    await using store = openMemoryStore({ clock });
    const crds = ownCrds();
    await installCrds({ store, crds, clock, random });
    const { entries, revision } = await store.range(prefix);
    expect(entries.map(({ key }) => key.slice(prefix.length)).sort()).toEqual(
      crds.map(({ metadata }) => metadata.name).sort(),
    );
    expect(await stored(store, "nodes.spore.dev")).toMatchObject({
      metadata: { name: "nodes.spore.dev", generation: 1, creationTimestamp: "2026-11-20T00:00:00Z" },
      spec: { group: "spore.dev", names: { kind: "Node" } },
      status: {
        acceptedNames: { plural: "nodes", shortNames: ["sn"] },
        storedVersions: ["v1alpha1"],
        conditions: [
          { type: "NamesAccepted", status: "True" },
          { type: "Established", status: "True" },
        ],
      },
    });

    await installCrds({ store, crds: ownCrds(), clock, random });
    expect(await store.revision()).toBe(revision);
  });

  it("brings a changed CRD up to date and leaves it what it was", async () => {
    await using store = openMemoryStore({ clock });
    const [crd] = ownCrds();
    if (!crd) throw new TypeError("no CRD");
    const { name } = crd.metadata;
    const older: CustomResourceDefinition = {
      ...crd,
      spec: { ...crd.spec, names: { ...crd.spec.names, shortNames: ["old"] } },
    };
    await installCrds({ store, crds: [older], clock, random });
    const before = await stored(store, name);
    await clock.advance(60_000);

    await installCrds({ store, crds: [crd], clock, random });
    const { uid, creationTimestamp } = before.metadata;
    expect(await stored(store, name)).toMatchObject({
      metadata: { uid, creationTimestamp, generation: 2 },
      spec: { names: { shortNames: crd.spec.names.shortNames } },
    });
  });

  it("starts again when another server is faster", async () => {
    await using memory = openMemoryStore({ clock });
    let rivals = 2;
    const store: Store = Object.create(memory, {
      commit: {
        value: async (changes: Parameters<Store["commit"]>[0]) => {
          const { key } = changes[0] ?? { key: "" };
          // What the other server wrote is not what we want, so it has to be written over.
          if (rivals-- > 0) await memory.commit([{ key, value: Buffer.from('{"metadata":{"uid":"theirs"}}') }]);
          return memory.commit(changes);
        },
      },
      get: { value: memory.get.bind(memory) },
    });
    const [crd] = ownCrds();
    await installCrds({ store, crds: crd ? [crd] : [], clock, random });
    expect((await stored(memory, crd?.metadata.name ?? "")).metadata.uid).toBe("theirs");
  });
});
