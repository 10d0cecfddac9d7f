import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

// All of these lie in the directory of the run (global-setup.ts), which fails a run that leaves one behind.
const prefix = "spore-test-";

/** A new directory that is removed with what is in it: `await using directory = await temporaryDirectory();` */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Path of a new directory that is removed when the test that calls this has finished. */
export function directoryOfTest(): string {
  const path = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Path of a new directory for all tests of the file or `describe` that calls this while it is loaded. */
export function directoryOfFile(): string {
  const path = mkdtempSync(join(tmpdir(), prefix));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
