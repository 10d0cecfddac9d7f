import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SummaryReporter } from "./support/summary-reporter.ts";

/** `SPORE_LONG=1` runs the long sweep: more seeds, more kills, the chip's instruction set. */
const long = process.env.SPORE_LONG !== undefined;

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    reporters: ["default", new SummaryReporter()],
    testTimeout: long ? 600_000 : 20_000,
    hookTimeout: 120_000,
  },
});
