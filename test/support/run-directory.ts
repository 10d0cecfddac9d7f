import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "spore-run-";

/**
 * Gives this run a temporary directory of its own, which every process of it sees as TMPDIR. What is returned removes it again, and fails the run
 * when a test left something in it.
 */
export function runDirectory(): () => void {
  const parent = tmpdir();
  removeAbandoned(parent);
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  chmodSync(path, 0o755); // one test runs as another user
  process.env.TMPDIR = path;
  return () => {
    process.env.TMPDIR = parent;
    const left = readdirSync(path);
    rmSync(path, { recursive: true, force: true });
    if (left.length === 0) return;
    process.stderr.write(`failed: tests left ${left.length} behind in the temporary directory: ${left.join(", ")}\n`);
    process.exitCode = 1; // Vitest prints what a teardown throws and ends well all the same
  };
}

/** Of runs that were killed. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // whoever has this number now may be another user's: then the directory is, too
  }
}
