import type { Reporter, TestModule, Vitest } from "vitest/node";

/**
 * Ends the run with the names of what was skipped and the real counts, these alone on a line: `N passed, N failed, N skipped`. Why a test is skipped
 * stands in its name, or in the line about the program that it needs (machine-tools.ts).
 */
export class SummaryReporter implements Reporter {
  #isFiltered = false;

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined; // `-t` skips what was not asked for
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const names: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed" || state === "skipped") count[state] += 1;
        if (state === "skipped") names.push(`skipped: ${module.relativeModuleId} > ${test.fullName}\n`);
      }
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
    process.on("exit", () => {
      if (!this.#isFiltered) process.stdout.write(names.join(""));
      process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
