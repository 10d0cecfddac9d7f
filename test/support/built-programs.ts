import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** The programs as users run them: `program("main.js")`, `program("cli/main.js")`, `program("demo/main.js")`. */
export function program(path: string): string {
  return join(checkout, "dist", path);
}

/** What a process imports to use a part of them: `programUrl("store/lmdb.js")`. */
export function programUrl(path: string): string {
  return pathToFileURL(program(path)).href;
}

/** Brings `dist/` up to date. Once and before all tests, because files that are being written must not be run. */
export function buildPrograms(): void {
  const source = join(checkout, "controller");
  const newest = Math.max(
    ...readdirSync(source, { recursive: true }).map((path) => changedMs(join(source, `${path}`))),
  );
  if (changedMs(program("main.js")) > newest) return;
  execFileSync(join(checkout, "node_modules", ".bin", "tsc"), ["-p", source], { stdio: "inherit" });
}

/** 0 where there is no such file. */
function changedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
