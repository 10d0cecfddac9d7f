import { expect, it } from "vitest";
import { metricsText } from "../../controller/base/metrics-text.ts";

it("metricsText writes what Prometheus reads", () => {
  const text = metricsText([
    { name: "spore_up", help: "Whether it runs.", type: "gauge", samples: [{ value: 1 }] },
    { name: "spore_nodes", help: "Nodes.", type: "gauge", samples: [{ labels: { phase: 'a"b\\c\nd' }, value: 2 }] },
  ]);
  expect(text).toBe(
    [
      "# HELP spore_up Whether it runs.",
      "# TYPE spore_up gauge",
      "spore_up 1",
      "# HELP spore_nodes Nodes.",
      "# TYPE spore_nodes gauge",
      'spore_nodes{phase="a\\"b\\\\c\\nd"} 2',
      "",
    ].join("\n"),
  );
});
