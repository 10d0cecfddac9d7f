import { describe, expect, it } from "vitest";
import { nodeGroupCauses } from "../../../controller/api/admission/node-group-causes.ts";
import type { NodeGroupSpec } from "../../../controller/api/node-group.ts";

const valid: NodeGroupSpec = {
  selector: { matchLabels: { room: "lab" } },
  template: {},
  strategy: { maxUnavailable: 1 },
  priority: 0,
  adoption: "Manual",
  secretsInClear: false,
  minReadySeconds: 15,
  paused: false,
  revisionHistoryLimit: 10,
};

function fieldsOf(spec: Partial<NodeGroupSpec>): readonly (string | undefined)[] {
  return nodeGroupCauses({ spec: { ...valid, ...spec } }).map(({ field }) => field);
}

const label = (key: string, value: string) => ({ template: { labels: { [key]: value } } });

describe("nodeGroupCauses", () => {
  it.each<[string, Partial<NodeGroupSpec>]>([
    ["a plain group", {}],
    ["a label that is not selected by", label("app", "sensor")],
    ["a label that the selector asks for", label("room", "lab")],
    ["firmware by name", { template: { firmware: { name: "f" } } }],
    [
      "firmware by selection",
      { template: { firmware: { selector: { matchLabels: { a: "b" } }, version: ">=1.4 <2" } } },
    ],
    [
      "all sources of config",
      { template: { config: [{ configMapRef: { name: "a" } }, { secretRef: { name: "b" } }, { values: { x: 1 } }] } },
    ],
    ["a percentage", { strategy: { maxUnavailable: "25%" } }],
    ["expressions", { selector: { matchExpressions: [{ key: "room", operator: "In", values: ["lab", "hall"] }] } }],
  ])("accepts %s", (_title, spec) => {
    expect(fieldsOf(spec)).toEqual([]);
  });

  it.each<[string, Partial<NodeGroupSpec>, string]>([
    ["an empty selector", { selector: {} }, "spec.selector"],
    ["a selector of empty parts", { selector: { matchLabels: {}, matchExpressions: [] } }, "spec.selector"],
    ["a bad label key", { selector: { matchLabels: { "a b": "c" } } }, "spec.selector.matchLabels"],
    ["a bad label value", { selector: { matchLabels: { a: "b c" } } }, "spec.selector.matchLabels[a]"],
    [
      "In without values",
      { selector: { matchExpressions: [{ key: "a", operator: "In" }] } },
      "spec.selector.matchExpressions[0].values",
    ],
    [
      "Exists with values",
      { selector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      "spec.selector.matchExpressions[0].values",
    ],
    ["a label that breaks the selector", label("room", "hall"), "spec.template.labels[room]"],
    [
      "one that breaks it as the device's claim",
      { ...label("app", "x"), selector: { matchLabels: { "device.spore.dev/app": "y" } } },
      "spec.template.labels[app]",
    ],
    [
      "one that must not exist",
      { ...label("app", "x"), selector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } },
      "spec.template.labels[app]",
    ],
    ["a label key no device takes", label("App", "x"), "spec.template.labels"],
    ["a label value with a line end", label("app", "a\nb"), "spec.template.labels[app]"],
    ["a label value too long in bytes", label("app", "ü".repeat(33)), "spec.template.labels[app]"],
    [
      "more bytes of labels than fit",
      { template: { labels: Object.fromEntries([..."abcd"].map((key) => [key, "x".repeat(64)])) } },
      "spec.template.labels",
    ],
    [
      "nine labels",
      { template: { labels: Object.fromEntries([..."abcdefghi"].map((key) => [key, "x"])) } },
      "spec.template.labels",
    ],
    ["no firmware in firmware", { template: { firmware: {} } }, "spec.template.firmware"],
    ["two ways to choose firmware", { template: { firmware: { name: "f", version: "1" } } }, "spec.template.firmware"],
    ["half a way", { template: { firmware: { version: "1" } } }, "spec.template.firmware"],
    [
      "a range that is none",
      { template: { firmware: { selector: {}, version: "newest" } } },
      "spec.template.firmware.version",
    ],
    ["an empty item of config", { template: { config: [{}] } }, "spec.template.config[0]"],
    [
      "an item with two sources",
      { template: { config: [{ values: {}, secretRef: { name: "a" } }] } },
      "spec.template.config[0]",
    ],
    [
      "a key that cuts boards off",
      { template: { config: [{ values: { wifi_ssid: "x" } }] } },
      "spec.template.config[0].values[wifi_ssid]",
    ],
    [
      "another such key",
      { template: { config: [{ values: { udp_port: 1 } }] } },
      "spec.template.config[0].values[udp_port]",
    ],
    ["nothing unavailable", { strategy: { maxUnavailable: 0 } }, "spec.strategy.maxUnavailable"],
    ["a percentage of nothing", { strategy: { maxUnavailable: "0%" } }, "spec.strategy.maxUnavailable"],
    ["more than everything", { strategy: { maxUnavailable: "101%" } }, "spec.strategy.maxUnavailable"],
    ["a word", { strategy: { maxUnavailable: "all" } }, "spec.strategy.maxUnavailable"],
  ])("refuses %s", (_title, spec, field) => {
    expect(fieldsOf(spec)).toContain(field);
  });
});
