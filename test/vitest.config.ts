import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { isLongRun } from "./support/long-run.ts";
import { asksReference } from "./support/reference-server.ts";
import { SummaryReporter } from "./support/summary-reporter.ts";

/** Rooms whose tests leave nothing behind in the process. */
const rooms = [
  ...["base", "api", "schema", "store", "artifacts", "manifests", "config", "client", "runtime", "wires"],
  ...["apiserver", "drivers", "simulator", "gateway", "cli"],
];
const files = asksReference ? ["*.test.ts", "*.reference.ts"] : ["*.test.ts"];
const together = rooms.flatMap((room) => files.map((file) => `test/${room}/**/${file}`));

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/end-with-vitest.ts"],
    reporters: ["default", new SummaryReporter()],
    // Most tests wait for sockets and clocks; one worker less than cores, the default, would leave the machine idle.
    maxWorkers: 4,
    projects: [
      // What a file of tests imports is loaded once for all that a worker runs: a third of the time would go into that.
      { extends: true, test: { name: "together", include: together, isolate: false } },
      { extends: true, test: { name: "apart", include: files.map((file) => `test/**/${file}`), exclude: together } },
    ],
    testTimeout: isLongRun ? 600_000 : 20_000,
    hookTimeout: 120_000,
  },
});
