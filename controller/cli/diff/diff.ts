import { apiVersionOf } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { isSporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { printableLines } from "../../base/printable.ts";
import { unifiedDiff } from "../../base/unified-diff.ts";
import { objectApi } from "../../client/object-api.ts";
import { type Applied, applyAll } from "../../manifests/apply.ts";
import { clientSideManager } from "../../manifests/client-side-ownership.ts";
import { lastAppliedAnnotation } from "../../manifests/last-applied.ts";
import { serverSideManager } from "../apply/server-side-manager.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { errorText } from "../output/error-text.ts";
import { goYaml } from "../output/go-yaml.ts";
import { paint } from "../output/paint.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";
import { selected } from "../write/selected.ts";
import { addSourceOptions, readSources, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";
import { type Difference, externalDiff } from "./external-diff.ts";
import { maskSecret } from "./mask-secret.ts";

interface DiffOptions extends GlobalOptions, SourceOptions {
  readonly serverSide?: boolean;
  readonly forceConflicts?: boolean;
  readonly fieldManager?: string;
  readonly selector?: string;
  readonly showManagedFields?: boolean;
}

/** Scripts tell by it that something is wrong from that something differs. */
const troubleExitCode = 2;

/** `sporectl diff -f FILE`. */
export const diff: Command = {
  define(program, io, finish) {
    addSourceOptions(
      program
        .command("diff")
        .description(
          "Show what `apply` would change, and change nothing. Exit code 0: nothing, 1: something, more: it could not be told.",
        ),
    )
      .option("--server-side", "what apply --server-side would change")
      .option("--force-conflicts", "with --server-side: as if fields were taken from others")
      .option("--field-manager <name>", "under which name the fields would be managed")
      .option("-l, --selector <labels>", "only objects of the files with these labels")
      .option("--show-managed-fields", "also what the server's book of field managers would say")
      .action(async (_options: DiffOptions, command) => {
        finish(await runDiff(command.optsWithGlobals(), io));
      });
  },
};

async function runDiff(options: DiffOptions, io: Io): Promise<number> {
  try {
    const differences = await differencesOf(options, io);
    const program = io.env.KUBECTL_EXTERNAL_DIFF;
    if (program && differences.length > 0) return await externalDiff(program, differences, io);
    for (const difference of differences) io.out.write(shown(difference, io));
    return differences.length === 0 ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    if (!isSporeError(error) || io.signal.aborted) throw error;
    io.err.write(errorText(error, io.err));
    return troubleExitCode;
  }
}

async function differencesOf(options: DiffOptions, io: Io): Promise<readonly Difference[]> {
  await using session = await openSession(options, io);
  const read = selected(await readSources(options, { verb: "diff" }, session, io), options.selector);
  const manager = options.fieldManager ?? (options.serverSide ? serverSideManager : clientSideManager);
  const api = objectApi(session.client, manager, io.signal, warner(io));
  const applied = await applyAll(read, api, {
    dryRun: "server",
    ...(options.serverSide && { serverSide: { force: options.forceConflicts === true } }),
    clock: io.clock,
    signal: io.signal,
  });
  return applied
    .map((each) => differenceOf(each, options))
    .filter(({ before, after }) => before !== after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function differenceOf({ manifest, live, object: wanted }: Applied, options: DiffOptions): Difference {
  const { serverSide, showManagedFields } = options;
  const { kind } = manifest;
  const object = serverSide ? wanted : withAnnotationOf(live, wanted);
  const { namespace, name } = object.metadata;
  const state = (resource: Resource | undefined) =>
    resource && (showManagedFields ? asJsonObject(resource) : withoutManagedFields(resource));
  const { before, after } = maskSecret({ before: state(live), after: state(object) });
  const words = [...apiVersionOf(kind).split("/"), kind.kind, namespace ?? "", name];
  return { name: words.join("."), before: textOf(before), after: textOf(after) };
}

/** What client-side apply notes for itself says nothing that the rest does not. */
function withAnnotationOf(live: Resource | undefined, wanted: Resource): Resource {
  const { [lastAppliedAnnotation]: _noted, ...rest } = wanted.metadata.annotations ?? {};
  const before = live?.metadata.annotations?.[lastAppliedAnnotation];
  const annotations = before === undefined ? rest : { ...rest, [lastAppliedAnnotation]: before };
  const { annotations: _all, ...metadata } = wanted.metadata;
  const isEmpty = Object.keys(annotations).length === 0;
  return { ...wanted, metadata: isEmpty ? metadata : { ...metadata, annotations } };
}

function textOf(object: JsonObject | undefined): string {
  return object === undefined ? "" : goYaml(object);
}

function withoutManagedFields(resource: Resource): JsonObject {
  const object = asJsonObject(resource);
  if (!isJsonObject(object.metadata)) return object;
  const { managedFields: _dropped, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function shown({ name, before, after }: Difference, { out }: Io): string {
  const lines = printableLines(unifiedDiff(before, after)).split(/(?<=\n)/);
  const head = `${paint(out, "bold", `--- LIVE/${name}`)}\n${paint(out, "bold", `+++ MERGED/${name}`)}\n`;
  return head + lines.map((line) => coloured(line, out)).join("");
}

const colours = { "-": "red", "+": "green", "@": "cyan" } as const;

function coloured(line: string, out: Io["out"]): string {
  const [mark = ""] = line;
  const colour = mark === "-" || mark === "+" || mark === "@" ? colours[mark] : undefined;
  return colour ? `${paint(out, colour, line.replace(/\n$/, ""))}\n` : line;
}
