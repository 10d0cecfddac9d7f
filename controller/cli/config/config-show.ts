import type { Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { exitCodes, type Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import { templatePrinter } from "../output/object-printer.ts";
import { outputFormat } from "../output/output-format.ts";
import { type KubeconfigFiles, openKubeconfigs, redacted } from "./kubeconfig-files.ts";

/** Verbs that change nothing. */
export function addShowingVerbs(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("view")
    .description("Show the kubeconfig, without what is secret.")
    .option("-o, --output <format>", "yaml, json, jsonpath=… or go-template=…", "yaml")
    .option("--raw", "with everything that is secret")
    .option("--minify", "only what the current context uses")
    .action(async (_options, command) => {
      const options = command.optsWithGlobals();
      const print = await templatePrinter(outputFormat(options.output));
      const files = await openKubeconfigs(options, io);
      const whole = options.minify ? minified(files, options.context) : files.merged;
      io.out.write(print(options.raw ? whole : redacted(whole)));
      finish(exitCodes.done);
    });
  parent
    .command("get-contexts")
    .description("List the contexts.")
    .argument("[name...]", "only these")
    .option("-o, --output <format>", "name")
    .option("--no-headers", "leave the first line out")
    .action(async (names: string[], _options, command) => {
      const options = command.optsWithGlobals();
      const files = await openKubeconfigs(options, io);
      for (const name of names) files.mustHave("contexts", name);
      const shown = names.length > 0 ? names : [...files.names("contexts")].sort();
      if (options.output === "name") for (const name of shown) io.out.write(`${name}\n`);
      else if (options.output !== undefined)
        throw new SporeError("SPORE_USAGE", "output must be one of '' or 'name'", { hint: "leave -o out" });
      else io.out.write(columns([...(options.headers ? [head] : []), ...shown.map((name) => contextRow(name, files))]));
      finish(exitCodes.done);
    });
  for (const list of ["clusters", "users"] as const) {
    parent
      .command(`get-${list}`)
      .description(`List the ${list}.`)
      .action(async (_options, command) => {
        const files = await openKubeconfigs(command.optsWithGlobals(), io);
        for (const name of ["NAME", ...[...files.names(list)].sort()]) io.out.write(`${name}\n`);
        finish(exitCodes.done);
      });
  }
  parent
    .command("current-context")
    .description("Show the name of the context that is used.")
    .action(async (_options, command) => {
      const { currentContext } = await openKubeconfigs(command.optsWithGlobals(), io);
      if (currentContext === undefined) {
        throw new SporeError("SPORE_USAGE", "current-context is not set", { hint: "sporectl config use-context NAME" });
      }
      io.out.write(`${currentContext}\n`);
      finish(exitCodes.done);
    });
}

const head = ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"];

function contextRow(name: string, files: KubeconfigFiles): readonly string[] {
  const { cluster = "", user = "", namespace = "" } = files.entry("contexts", name) ?? {};
  return [name === files.currentContext ? "*" : "", name, String(cluster), String(user), String(namespace)];
}

function minified(files: KubeconfigFiles, context: string | undefined): JsonObject {
  const name = context ?? files.currentContext;
  if (name === undefined)
    throw new SporeError("SPORE_USAGE", "current-context must exist in order to minify", {
      hint: "say --context NAME",
    });
  files.mustHave("contexts", name);
  const { cluster, user } = files.entry("contexts", name) ?? {};
  const { merged } = files;
  const only = (list: JsonValue | undefined, wanted: JsonValue | undefined) =>
    (Array.isArray(list) ? list : []).filter((entry) => isJsonObject(entry) && entry.name === wanted);
  return {
    ...merged,
    contexts: only(merged.contexts, name),
    clusters: only(merged.clusters, cluster),
    users: only(merged.users, user),
    "current-context": name,
  };
}
