import { execFile } from "node:child_process";
import { SporeError } from "../../base/errors.ts";
import { manifestFileMaxBytes } from "../../base/limits.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { buildKustomization } from "../../manifests/kustomize/build.ts";
import { type ParsedTexts, parseYaml } from "../../manifests/parse-yaml.ts";
import type { Io } from "../io.ts";

const buildWithinMs = 60_000;
/** Either will do; both are kustomize. */
const programs: readonly (readonly [string, ...string[]])[] = [
  ["kubectl", "kustomize"],
  ["kustomize", "build"],
];

/**
 * What a directory with a `kustomization.yaml` amounts to, by whichever kustomize is on this machine; where there is none, by our own, which
 * understands less and says what not.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` with what is wrong.
 */
export async function kustomized(directory: string, io: Io): Promise<readonly ParsedTexts[]> {
  for (const [program, ...words] of programs) {
    const built = await run(program, [...words, directory], io);
    if (built !== undefined) return [parseYaml(built, `kustomize ${directory}`)];
  }
  return buildKustomization(directory);
}

/** Its output; undefined where there is no such program. */
function run(program: string, words: readonly string[], io: Io): Promise<string | undefined> {
  const limits = { maxBuffer: manifestFileMaxBytes, timeout: buildWithinMs, signal: io.signal };
  return new Promise((resolve, reject) => {
    execFile(program, words, { ...limits, env: { ...io.env }, encoding: "utf8" }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (systemErrorCode(error) === "ENOENT") return resolve(undefined);
      if (io.signal.aborted) return reject(io.signal.reason);
      const [why = error.message] = stderr.trim().split("\n").slice(-1);
      reject(
        new SporeError("SPORE_MANIFEST_INVALID", `${program} ${words.join(" ")}: ${why.replace(/^error: /i, "")}`),
      );
    });
  });
}
