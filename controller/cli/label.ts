import { keyOf } from "../api/meta.ts";
import { SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import { typedName } from "./output/output-format.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { chosenObjects } from "./session/objects.ts";
import { openSession } from "./session/session.ts";
import { readTargets } from "./session/targets.ts";

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
      .action(async (words: string[], _options: LabelOptions, command) => {
        finish(await runLabel(words, command.optsWithGlobals(), io));
      });
  },
};

async function runLabel(words: readonly string[], options: LabelOptions, io: Io): Promise<number> {
  const edits = words.filter(isEdit);
  if (edits.length === 0) {
    throw new SporeError("SPORE_USAGE", "say which labels", { hint: "KEY=VALUE sets one, KEY- removes it" });
  }
  await using session = await openSession(options, io);
  const targets = readTargets(
    words.filter((word) => !isEdit(word)),
    session.names,
  );
  const found = await Promise.all(
    targets.map(async (target) => {
      const objects = await chosenObjects(target, options, "label", session, io.signal);
      return objects.map((object) => ({ kind: target.kind, object }));
    }),
  );
  const planned = found.flat().map(({ kind, object }) => {
    const present = object.metadata.labels ?? {};
    const labels = labelPatch(edits, present, options.overwrite === true);
    return { kind, object, labels, verdict: verdictOf(labels, present) };
  });
  for (const { kind, object, labels, verdict } of planned) {
    const patch = { type: "merge", body: { metadata: { labels } } } as const;
    const write = { signal: io.signal, fieldManager: "sporectl-label" };
    if (verdict !== "not labeled") await session.client.patch(kind, keyOf(object), patch, write);
    io.out.write(`${typedName(object)} ${verdict}\n`);
  }
  if (planned.length === 0) io.err.write("No resources found.\n");
  return exitCodes.done;
}

function verdictOf(patch: Readonly<Record<string, string | null>>, present: Readonly<Record<string, string>>): string {
  const changes = Object.entries(patch).filter(([key, value]) => (present[key] ?? null) !== value);
  if (changes.length === 0) return "not labeled";
  return changes.every(([, value]) => value === null) ? "unlabeled" : "labeled";
}

/**
 * The merge patch of `edits` onto `present`.
 *
 * @throws SporeError `SPORE_CONFLICT` when a label has another value already and `overwrite` is not set.
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
      throw new SporeError("SPORE_CONFLICT", `label ${key} already has the value "${old}"`, {
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
