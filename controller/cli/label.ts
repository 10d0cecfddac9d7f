import { SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import type { GlobalOptions } from "./global-options.ts";
import { exitCodes, type Io } from "./io.ts";
import { typedName } from "./output-format.ts";
import { openSession } from "./session.ts";
import { readTargets } from "./targets.ts";

interface LabelOptions extends GlobalOptions {
  readonly overwrite?: boolean;
  readonly selector?: string;
  readonly all?: boolean;
}

/** `sporectl label KIND NAME… KEY=VALUE… KEY-…`. */
export const label: Command = {
  define(program, io, finish) {
    program
      .command("label")
      .description(
        "Set labels with KEY=VALUE, remove them with KEY-. Labels on a Node are yours; they do not go to the device.",
      )
      .argument("<words...>", "KIND NAME… KEY=VALUE… KEY-…")
      .option("--overwrite", "also change labels that have another value")
      .option("-l, --selector <labels>", "objects with these labels, instead of names")
      .option("--all", "all of that kind in the namespace")
      .action(async (words: string[], options: LabelOptions, command) => {
        finish(await runLabel(words, { ...command.optsWithGlobals(), ...options }, io));
      });
  },
};

async function runLabel(words: readonly string[], options: LabelOptions, io: Io): Promise<number> {
  const edits = words.filter(isEdit);
  if (edits.length === 0) throw new SporeError("SPORE_USAGE", "say which labels: KEY=VALUE to set, KEY- to remove");
  const session = await openSession(options, io);
  for (const { kind, name } of readTargets(
    words.filter((word) => !isEdit(word)),
    session.names,
  )) {
    const scope = kind.namespaced ? { namespace: session.namespace } : {};
    if (name === undefined && options.selector === undefined && !options.all) {
      throw new SporeError("SPORE_USAGE", "say which objects: names, -l LABELS or --all");
    }
    const selector = options.selector === undefined ? {} : { labelSelector: options.selector };
    const byName = name === undefined ? selector : { fieldSelector: `metadata.name=${name}` };
    const { items } = await session.client.list(kind, { ...scope, ...byName }, io.signal);
    if (name !== undefined && items.length === 0)
      throw new SporeError("SPORE_NOT_FOUND", `${kind.plural} "${name}" not found`);
    for (const object of items) {
      const labels = labelPatch(edits, object.metadata.labels ?? {}, options.overwrite === true);
      const key = { ...scope, name: object.metadata.name };
      const body = { metadata: { labels } };
      await session.client.patch(
        kind,
        key,
        { type: "merge", body },
        { signal: io.signal, fieldManager: "sporectl-label" },
      );
      io.out.write(`${typedName(object)} labeled\n`);
    }
  }
  return exitCodes.done;
}

/**
 * The merge patch of `edits` onto `present`.
 *
 * @throws SporeError `SPORE_USAGE` when a label has another value already and `overwrite` is not set.
 */
export function labelPatch(
  edits: readonly string[],
  present: Readonly<Record<string, string>>,
  overwrite: boolean,
): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  for (const edit of edits) {
    const equals = edit.indexOf("=");
    const key = equals < 0 ? edit.slice(0, -1) : edit.slice(0, equals);
    const value = equals < 0 ? null : edit.slice(equals + 1);
    const old = present[key];
    if (value !== null && old !== undefined && old !== value && !overwrite) {
      throw new SporeError("SPORE_USAGE", `label ${key} already has the value "${old}"`, {
        hint: "say --overwrite to change it",
      });
    }
    patch[key] = value;
  }
  return patch;
}

function isEdit(word: string): boolean {
  return /^[^=/]*(\/[^=/]+)?=/.test(word) || /^[A-Za-z0-9._/-]+-$/.test(word);
}
