import type { Resource } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { mergeDiff } from "../../base/merge-diff.ts";
import type { UpdateOptions } from "../../client/client.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";
import { type Chosen, chooseObjects, liveOf } from "../write/chosen.ts";
import { readFieldValidation, validateOption } from "../write/field-validation.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";
import { EditedText, type EditFormat } from "./edited-text.ts";
import { type Editor, editorOf } from "./editor.ts";

interface EditOptions extends GlobalOptions, SourceOptions {
  readonly output: string;
  readonly subresource?: string;
  readonly fieldManager: string;
  readonly validate?: string | boolean;
}

/** `sporectl edit KIND NAME`. */
export const edit: Command = {
  define(program, io, finish) {
    addSourceOptions(
      program
        .command("edit")
        .description(
          "Change objects in your editor ($KUBE_EDITOR, $VISUAL or $EDITOR). What cannot be saved is shown again with the reason, and never lost.",
        )
        .argument("[what...]", "KIND NAME… or KIND/NAME…"),
    )
      .option("-o, --output <format>", "edit as yaml or json", "yaml")
      .option("--subresource <name>", "status: edit that part alone")
      .option("--field-manager <name>", "under which name the change is recorded", "kubectl-edit")
      .option(...validateOption)
      .action(async (words: string[], _options: EditOptions, command) => {
        finish(await runEdit(words, command.optsWithGlobals(), io));
      });
  },
};

async function runEdit(words: readonly string[], options: EditOptions, io: Io): Promise<number> {
  const format = readFormat(options.output);
  if (options.subresource !== undefined && options.subresource !== "status") {
    throw new SporeError("SPORE_USAGE", `--subresource=${options.subresource}: no such part`, { hint: "use status" });
  }
  const validation = readFieldValidation(options.validate);
  const editor = editorOf(io);
  const outcome = new Outcome(io, { dryRun: undefined, done: "edited" });
  await using session = await openSession(options, io);
  const chosen = await chooseObjects(words, options, "edit", session, io);
  const write: UpdateOptions = {
    signal: io.signal,
    fieldManager: options.fieldManager,
    fieldValidation: validation,
    onWarning: warner(io),
    ...(options.subresource === "status" && { subresource: "status" as const }),
  };
  for (const each of chosen) {
    await outcome.attempt(async () => {
      const edited = await editOne(each, { format, editor, session, io, write });
      if (edited) outcome.say(edited, "edited");
      else io.err.write("Edit cancelled, no changes made.\n");
    });
  }
  return outcome.end(chosen.length);
}

interface Editing {
  readonly format: EditFormat;
  readonly editor: Editor;
  readonly session: Session;
  readonly io: Io;
  readonly write: UpdateOptions;
}

/**
 * Lets the user edit one object until it is saved, or they give up: by an empty text, or by leaving one that was refused as it is.
 *
 * @returns what it is now; undefined when the user changed nothing.
 * @throws SporeError what the server or the text says, and where the copy of the text lies.
 */
async function editOne(chosen: Chosen, { format, editor, session, io, write }: Editing): Promise<Resource | undefined> {
  let live = await liveOf(chosen, session, io.signal);
  const name = `${chosen.kind.kind.toLowerCase()}-${live.metadata.name}`;
  await using text = await EditedText.of(asJsonObject(live), name, format);
  let failure: SporeError | undefined;
  for (;;) {
    const before = await text.show(failure);
    await editor(text.path, io).catch(async (error: unknown) => {
      // Whatever became of the editor, what was saved by then is not lost.
      if ((await text.read()) !== before) io.err.write(`${await text.keep()}\n`);
      throw error;
    });
    const typed = await text.read();
    if (text.isEmpty(typed) || (failure === undefined && typed === before)) return undefined;
    const isRefused = failure !== undefined && failure.code !== "SPORE_CONFLICT"; // after a conflict, the text as it is shown is right
    if (failure && isRefused && typed === before) throw await text.keptWith(failure);
    try {
      const patch = patchOf(asJsonObject(live), text.parse(typed));
      if (!patch) return undefined;
      // Only over the version that the user saw: a list is replaced whole, and with it what somebody else put into it meanwhile.
      const { resourceVersion = "" } = live.metadata;
      const body = { ...patch, metadata: { ...(patch.metadata as JsonObject | undefined), resourceVersion } };
      return await session.client.patch(chosen.kind, chosen.key, { type: "merge", body }, write);
    } catch (error) {
      if (io.signal.aborted || !isSporeError(error)) {
        io.err.write(`${await text.keep()}\n`);
        throw error;
      }
      failure = error;
      if (error.code === "SPORE_UNAVAILABLE" || error.code === "SPORE_UNAUTHORIZED") throw await text.keptWith(error);
      if (error.code === "SPORE_CONFLICT") {
        const moved = await session.client.get(chosen.kind, chosen.key, io.signal);
        if (!moved) throw await text.keptWith(error);
        text.rebase(asJsonObject(live), asJsonObject(moved));
        live = moved;
      }
    }
  }
}

function patchOf(live: JsonObject, wanted: JsonObject): JsonObject | undefined {
  for (const field of ["apiVersion", "kind"]) refuseChange(field, live[field], wanted[field]);
  const metadata = (object: JsonObject) => (object.metadata ?? {}) as JsonObject;
  for (const field of ["name", "namespace", "uid"]) {
    refuseChange(`metadata.${field}`, metadata(live)[field], metadata(wanted)[field]);
  }
  const { managedFields = [] } = metadata(live);
  const whole = {
    ...wanted,
    metadata: { ...metadata(wanted), managedFields, resourceVersion: metadata(live).resourceVersion ?? "" },
  };
  return mergeDiff(live, whole);
}

function refuseChange(field: string, before: unknown, after: unknown): void {
  if (before === after) return;
  throw new SporeError("SPORE_MANIFEST_INVALID", `${field} cannot be changed here, from "${before}" to "${after}"`, {
    hint: "an object with another name or kind is another object: use create",
  });
}

function readFormat(word: string): EditFormat {
  if (word === "yaml" || word === "json") return word;
  throw new SporeError("SPORE_USAGE", `-o ${word}: no such format`, { hint: "use yaml or json" });
}
