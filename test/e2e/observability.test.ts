import { readFileSync } from "node:fs";
import { get } from "node:http";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { eventually } from "../reconcilers/control-plane.ts";
import { converged, push, startStage, wantFirmware } from "./simulated.ts";

const folder = new URL("../../manifests/observability/", import.meta.url);
const read = (name: string) => readFileSync(fileURLToPath(new URL(name, folder)), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
}
interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const panels: readonly Panel[] = JSON.parse(read("grafana-dashboard.json")).panels;
const rules: readonly Rule[] = parse(read("alerts.yaml")).groups.flatMap(
  ({ rules }: { rules: readonly Rule[] }) => rules,
);
const queries = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr }))),
  ...rules.map(({ alert, expr }) => ({ title: alert, expr })),
];

function textOf(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });
}

/** Every metric, with the labels that its samples have. */
function metricsIn(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const metrics = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const [, name, labels = ""] = /^([a-z_]+)(?:\{(.*)\})? [^ ]+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = metrics.get(name) ?? new Set(["job"]); // the scraper adds that one
    for (const [, label = ""] of labels.matchAll(/([a-z_]+)="/g)) known.add(label);
    metrics.set(name, known);
  }
  return metrics;
}

/** What a query asks for: metrics with the labels that it selects by, and the labels that it groups by. */
function needsOf(expr: string) {
  const selectors = [...expr.matchAll(/([a-z_]+)\{([^}]*)\}/g)].map(([, name = "", labels = ""]) => ({
    name,
    labels: [...labels.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
  }));
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = ""]) => names.split(/, */));
  return { selectors, groups };
}

describe("the dashboard and the alerts", () => {
  it("ask for metrics and labels that a spored with a fleet has", { timeout: 90_000 }, async () => {
    await using stage = await startStage({ count: 2 });
    const { plane } = stage;
    await wantFirmware(plane, await push(plane, { name: "lab-sensor", version: "1.1.0", sizeBytes: 64_000 }));
    await converged(stage);
    await eventually(plane.client, NodeGroup, "lab", (group) => group?.status?.readyNodes === 2);
    const port = Number(/"health":(\d+)/.exec(plane.log.join("\n"))?.[1]);
    const ready = await textOf(port, "/readyz?verbose=1");
    for (const check of [
      "ping",
      "store-writable",
      "disk-space",
      "caches-synced",
      "leader-election",
      "discovery",
      "shutdown",
    ]) {
      expect(ready).toContain(`[+]${check} ok\n`);
    }
    const text = await textOf(port, "/metrics");
    const metrics = metricsIn(text);
    const missing = queries.flatMap(({ title, expr }) => {
      const { selectors, groups } = needsOf(expr);
      return selectors.flatMap(({ name, labels }) => {
        if (name === "up") return [];
        const known = metrics.get(name);
        if (known === undefined) return [`${title}: no metric ${name}`];
        return [...labels, ...groups]
          .filter((label) => !known.has(label))
          .map((label) => `${title}: ${name} has no ${label}`);
      });
    });
    // A metric whose samples come with the first failure is there by name.
    const declared = new Set([...text.matchAll(/^# TYPE ([a-z_]+) /gm)].map(([, name]) => name));
    const real = missing.filter((fault) => !declared.has(/no metric (\w+)/.exec(fault)?.[1]));
    expect(real).toEqual([]);
    expect(Number(/^spore_ota_bytes_total\{family="spore"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(120_000);
    expect(text).toMatch(/^spore_heartbeats_total [1-9]/m);
    expect(text.split("\n").length).toBeLessThan(5000);
  });

  it("has panels with queries that do not cover each other", () => {
    expect(queries.length).toBeGreaterThan(30);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it("selects something in every query, and warns in words", () => {
    for (const { title, expr } of queries) expect(needsOf(expr).selectors.length, title).toBeGreaterThan(0);
    for (const rule of rules)
      expect(rule).toMatchObject({
        labels: { severity: expect.any(String) },
        annotations: { summary: expect.any(String) },
      });
  });
});
