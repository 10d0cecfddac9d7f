import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  newConfigSecret,
  newRevision,
  nextNumber,
  type ResolvedTemplate,
  readConfigSecret,
  resolveTemplate,
  revisionName,
  surplusRevisions,
} from "../../../controller/reconcilers/node-group/revision.ts";
import { firmwareOf, groupOf, revisionOf, secretOf } from "../objects.ts";

const template: ResolvedTemplate = {
  labels: { app: "sensor" },
  firmware: { name: "f", digest: "ab".repeat(32), version: "1.0.0" },
  config: { values: { b: 1, a: "x" }, secretKeys: ["a"] },
  secretsInClear: false,
};

describe("revisionName", () => {
  it("is the group and ten hex digits, equal for equal content in any order", () => {
    const name = revisionName("lab", template);
    expect(name).toMatch(/^lab-[0-9a-f]{10}$/);
    const shuffled = { ...template, config: { secretKeys: ["a"], values: { a: "x", b: 1 } } };
    expect(revisionName("lab", shuffled)).toBe(name);
  });

  it.each<[string, Partial<ResolvedTemplate>]>([
    ["labels", { labels: { app: "other" } }],
    ["firmware", { firmware: { name: "f", digest: "cd".repeat(32), version: "1.0.0" } }],
    ["a value", { config: { values: { a: "y", b: 1 }, secretKeys: ["a"] } }],
    ["a value's type", { config: { values: { a: "x", b: "1" }, secretKeys: ["a"] } }],
    ["which keys are secret", { config: { values: { a: "x", b: 1 }, secretKeys: [] } }],
    ["secretsInClear", { secretsInClear: true }],
    ["restartedAt", { restartedAt: "2026-01-01T00:00:00Z" }],
  ])("changes with %s", (_what, change) => {
    expect(revisionName("lab", { ...template, ...change })).not.toBe(revisionName("lab", template));
  });

  it("leaves room for the Secret's name when the group's is long", () => {
    const name = revisionName("g".repeat(253), template);
    expect(`${name}-config`.length).toBeLessThanOrEqual(253);
  });
});

describe("newRevision", () => {
  it("is owned by the group and holds hashes, never values", () => {
    const revision = newRevision(groupOf("lab"), template, 4);
    expect(revision.metadata.ownerReferences).toMatchObject([{ kind: "NodeGroup", uid: "uid-lab", controller: true }]);
    expect(revision.spec).toMatchObject({ group: "lab", number: 4, secretsInClear: false });
    expect(revision.spec.config?.hash).toBe(createHash("sha256").update('{"a":"x","b":1}').digest("hex"));
    expect(revision.spec.config).not.toHaveProperty("values");
  });
});

describe("newConfigSecret", () => {
  it("goes with its revision, cannot change, and reads back as what it was made of", () => {
    const revision = revisionOf("lab-1", { config: { secretName: "lab-1-config", hash: "x" } });
    const secret = newConfigSecret(revision, { values: { b: 1, a: "x" }, secretKeys: ["a"] });
    expect(secret).toMatchObject({
      immutable: true,
      metadata: { name: "lab-1-config", ownerReferences: [{ uid: "uid-lab-1" }] },
    });
    expect(readConfigSecret({ ...secretOf("s", {}), ...secret })).toEqual({
      values: { a: "x", b: 1 },
      secretKeys: ["a"],
    });
  });

  it.each([
    ["nothing", {}],
    ["no JSON", { "config.json": "{", "secret-keys.json": "[]" }],
    ["an array", { "config.json": "[]", "secret-keys.json": "[]" }],
    ["no list of secret keys", { "config.json": "{}" }],
  ])("reads a Secret that holds %s as none of ours", (_name, data) => {
    expect(readConfigSecret(secretOf("s", data))).toBeUndefined();
  });
});

describe("resolveTemplate", () => {
  const sources = {
    configMap: () => undefined,
    secret: () => secretOf("s", { pin: "1" }),
    firmwares: () => [firmwareOf("f", "1.0.0")],
  };

  it("resolves all that is named and leaves out what is not", () => {
    const group = groupOf("lab", { template: { firmware: { name: "f" }, config: [{ secretRef: { name: "s" } }] } });
    expect(resolveTemplate(group, sources)).toEqual({
      ok: true,
      value: {
        secretsInClear: false,
        firmware: expect.objectContaining({ name: "f" }),
        config: { values: { pin: "1" }, secretKeys: ["pin"] },
      },
    });
    expect(resolveTemplate(groupOf("lab"), sources)).toEqual({ ok: true, value: { secretsInClear: false } });
  });

  it("passes on the first problem", () => {
    const group = groupOf("lab", { template: { config: [{ configMapRef: { name: "gone" } }] } });
    expect(resolveTemplate(group, sources)).toMatchObject({ ok: false, problem: { reason: "ReferenceNotFound" } });
  });
});

describe("history", () => {
  const revisions = [3, 1, 2, 4].map((number) => revisionOf(`r${number}`, { number }));

  it("numbers go on from the highest", () => {
    expect([nextNumber([]), nextNumber(revisions)]).toEqual([1, 5]);
  });

  it.each([
    [10, ["r4"], []],
    [1, ["r4"], ["r1", "r2"]],
    [0, ["r1", "r4"], ["r2", "r3"]],
    [2, [], ["r1", "r2"]],
  ])("a limit of %i keeps the newest, and %j in any case", (limit, inUse, surplus) => {
    expect(surplusRevisions(revisions, new Set(inUse), limit).map(({ metadata }) => metadata.name)).toEqual(surplus);
  });
});
