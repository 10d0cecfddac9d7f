import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../controller/base/json.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import { readCrds } from "../../controller/schema/read-crds.ts";

const directory = fileURLToPath(new URL("../../crds", import.meta.url));
const schemas = new Map(
  readCrds(directory).flatMap(({ stem, crd }) => {
    const [version] = crd.spec.versions;
    const kind = { group: crd.spec.group, version: "v1alpha1", kind: crd.spec.names.kind };
    return version ? [[stem, compileSchema(version.schema.openAPIV3Schema, kind)] as const] : [];
  }),
);

/** What the CRD in that file says of a spec: fields and messages. */
function faults(stem: string, spec: JsonObject, old?: JsonObject): readonly string[] {
  const schema = schemas.get(stem);
  const whole = (one: JsonObject) => schema?.applyDefaults({ metadata: { name: "a" }, spec: one }) ?? {};
  const causes = schema?.validate(whole(spec), old && whole(old)) ?? [{ reason: "", message: "no such schema" }];
  return causes.map(
    ({ field, message }) => `${field}: ${message.replace(/^(Invalid|Required) value: ("[a-z]*": )?/, "")}`,
  );
}

const group = { selector: { matchLabels: { a: "b" } }, template: {} };
const withFirmware = (firmware: JsonObject) => ({ ...group, template: { firmware } });
const withExpression = (one: JsonObject) => ({ ...group, selector: { matchExpressions: [one] } });
const noAddress = "spec.address: an IPv4 address is needed, with a port when it is not 80, such as 192.168.1.20:8080";
const noShare =
  "spec.strategy.maxUnavailable: a whole number of at least 1, or a percentage from 1% to 100%, is needed";
const values = "spec.selector.matchExpressions[0].values";
const revision = { group: "a", number: 1, labels: { a: "b" } };

describe("the rules in our own CRDs", () => {
  it.each<[string, JsonObject]>([
    ["node", { family: "spore" }],
    ["node", { family: "spore", address: "192.168.1.7" }],
    ["node", { family: "spore", address: "127.0.0.2:8080", owner: { namespace: "default" } }],
    ["node-group", { ...group, strategy: { maxUnavailable: "100%" } }],
    ["node-group", withFirmware({ name: "a" })],
    ["node-group", withFirmware({ selector: { matchLabels: { a: "b" } }, version: "1" })],
    ["node-group", withExpression({ key: "a", operator: "Exists" })],
    ["node-group-revision", revision],
  ])("accept in %s: %j", (stem, spec) => {
    expect(faults(stem, spec)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ["node", { family: "spore", address: "256.0.0.1" }, noAddress],
    ["node", { family: "spore", address: "10.0.0.1:0" }, noAddress],
    ["node", { family: "spore", address: "10.0.0.1:65536" }, noAddress],
    [
      "node-group",
      { ...group, selector: {} },
      "spec.selector: an empty selector would select every node of the namespace; give matchLabels or matchExpressions",
    ],
    ["node-group", { ...group, strategy: { maxUnavailable: 0 } }, noShare],
    ["node-group", { ...group, strategy: { maxUnavailable: "101%" } }, noShare],
    [
      "node-group",
      withFirmware({ name: "a", version: "1" }),
      "spec.template.firmware: Forbidden: give either name, or selector and version, not both",
    ],
    [
      "node-group",
      withFirmware({ version: "1" }),
      "spec.template.firmware: give either name, or both selector and version",
    ],
    [
      "node-group",
      withExpression({ key: "a", operator: "In" }),
      `${values}: the operators In and NotIn need at least one value`,
    ],
    [
      "node-group",
      withExpression({ key: "a", operator: "Exists", values: ["b"] }),
      `${values}: Forbidden: the operators Exists and DoesNotExist take no values`,
    ],
  ])("refuse in %s: %j", (stem, spec, fault) => {
    expect(faults(stem, spec)).toEqual([fault]);
  });

  it("keep a revision as it was made", () => {
    const changed = { ...revision, labels: { a: "c" } };
    expect(faults("node-group-revision", { ...revision }, revision)).toEqual([]);
    expect(faults("node-group-revision", changed, revision)).toEqual([
      "spec: Forbidden: a revision is history and cannot change; change the NodeGroup, and it makes a new one",
    ]);
  });
});
