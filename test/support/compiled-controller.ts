import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** `controller/` as JavaScript, for a test that needs a Node process of its own. */
export interface CompiledController extends AsyncDisposable {
  /** What to import, such as `url("store/lmdb.js")`. */
  url(module: string): string;
}

/** Compiles into a new directory inside the checkout, where packages are found, and removes it afterwards. */
export async function compileController(): Promise<CompiledController> {
  await mkdir(join(checkout, "build"), { recursive: true });
  const directory = await mkdtemp(join(checkout, "build", "controller-"));
  const compiler = join(checkout, "node_modules", ".bin", "tsc");
  await promisify(execFile)(compiler, ["-p", join(checkout, "controller"), "--outDir", join(directory, "dist")]);
  await copyFile(join(checkout, "package.json"), join(directory, "package.json")); // where programs look for their version
  return {
    url: (module) => pathToFileURL(join(directory, "dist", module)).href,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
