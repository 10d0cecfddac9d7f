import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { isLongRun } from "./support/long-run.ts";
import { SummaryReporter } from "./support/summary-reporter.ts";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/end-with-vitest.ts"],
    reporters: ["default", new SummaryReporter()],
    // Most tests wait for sockets and clocks; one worker less than cores, the default, would leave the machine idle.
    maxWorkers: 3,
    testTimeout: isLongRun ? 600_000 : 20_000,
    hookTimeout: 120_000,
  },
});
