import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCrds } from "../schema/read-crds.ts";
import { editorSchemaText } from "./editor-schema-text.ts";
import { referenceText } from "./reference-text.ts";
import { rolesText } from "./roles-text.ts";
import { typeText } from "./type-text.ts";

/** `npm run gen` writes what follows from the CRDs and from the controllers' rules; `npm run gen -- --check` only says whether it is up to date. */
const checkout = fileURLToPath(new URL("../..", import.meta.url));
const crds = readCrds(join(checkout, "crds"));
const wanted = new Map([
  ...crds.map(({ crd, stem }) => [`controller/api/${stem}.ts`, formatted(typeText(crd, stem))] as const),
  ["crds/README.md", referenceText(crds)] as const,
  ["crds/spore.jsonschema", editorSchemaText(crds)] as const,
  ["manifests/kubernetes/roles.yaml", rolesText()] as const,
]);
const stale = [...wanted].filter(([path, text]) => present(path) !== text);

if (process.argv.includes("--check")) {
  for (const [path] of stale) process.stderr.write(`${path} is stale; run: npm run gen\n`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(join(checkout, path), text);
  process.stdout.write(`${stale.length} of ${wanted.size} files written\n`);
}

function present(path: string): string | undefined {
  const full = join(checkout, path);
  return existsSync(full) ? readFileSync(full, "utf8") : undefined;
}

/** Through the project's formatter, so that generated files pass the same gate as written ones. */
function formatted(text: string): string {
  const biome = join(checkout, "node_modules/.bin/biome");
  const options = [
    "check",
    "--write",
    "--stdin-file-path=controller/api/generated.ts",
    "--config-path=test/style.json",
  ];
  return execFileSync(biome, options, { input: text, cwd: checkout, encoding: "utf8" });
}
