import { isSameResource } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { DeleteOptions } from "../../client/client.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { notFound } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { deadline, readTimeout, untilGone } from "../session/until.ts";
import { addChoiceOptions, type ChoiceOptions, type Chosen, chooseObjects } from "../write/chosen.ts";
import { confirm } from "../write/confirm.ts";
import { deletedName } from "../write/deleted-name.ts";
import { type DryRun, dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions } from "../write/sources.ts";

interface DeleteFlags extends GlobalOptions, ChoiceOptions {
  readonly ignoreNotFound?: boolean;
  readonly cascade: string;
  readonly gracePeriod?: string;
  readonly now?: boolean;
  readonly force?: boolean;
  readonly dryRun?: string;
  readonly output?: string;
  readonly wait: string | boolean;
  readonly timeout: string;
  readonly yes?: boolean;
}

/** `sporectl delete KIND NAME…`. */
export const deleteCommand: Command = {
  define(program, io, finish) {
    addChoiceOptions(
      addSourceOptions(
        program
          .command("delete")
          .description("Delete objects. Deleting a group or a Firmware never touches a board.")
          .argument("[what...]", "KIND NAME… or KIND/NAME…"),
      ),
    )
      .option("--ignore-not-found", "what is not there is no error")
      .option(
        "--cascade <how>",
        "what belongs to the object: background, foreground (first), or orphan (stays)",
        "background",
      )
      .option("--grace-period <seconds>", "for kinds that end slowly; none of ours does")
      .option("--now", "the same as --grace-period=1")
      .option("--force", "with --grace-period=0, and without waiting")
      .option(...dryRunOption)
      .option("-o, --output <format>", "name: print the names alone")
      .option("--wait [yes]", "wait until the objects are gone", "true")
      .option("--no-wait", "the same as --wait=false")
      .option("--timeout <duration>", "how long to wait for all of them", "60s")
      .option("-y, --yes", "do not ask on a terminal before owned nodes, or all of a kind, are deleted")
      .action(async (words: string[], _options: DeleteFlags, command) => {
        finish(await runDelete(words, command.optsWithGlobals(), io));
      });
  },
};

async function runDelete(words: readonly string[], flags: DeleteFlags, io: Io): Promise<number> {
  const timeoutMs = readTimeout(flags.timeout);
  const dryRun = readDryRun(flags.dryRun);
  const how = { ...readDeletion(flags), dryRun: dryRun === "server", signal: io.signal };
  const isWaited = readWait(flags);
  const isForced = how.gracePeriodSeconds === 0 && flags.force === true;
  if (flags.output !== undefined && flags.output !== "name") {
    throw new SporeError("SPORE_USAGE", `-o ${flags.output}: no such format`, { hint: "delete knows -o name alone" });
  }
  const outcome = new Outcome(io, { ...flags, dryRun, done: "deleted" });
  await using session = await openSession(flags, io);
  const chosen = await chooseObjects(words, flags, "delete", session, io);
  if (!flags.yes && dryRun === undefined) await confirmDanger(chosen, flags, session, io);
  const marked: { readonly chosen: Chosen; readonly object: Resource }[] = [];
  await outcome.interruptible(chosen.length, async () => {
    for (const each of chosen) {
      await outcome.attempt(async () => {
        const object = await deleteOne(each, how, dryRun, session);
        if (object) {
          marked.push({ chosen: each, object });
          outcome.say(object, isForced ? "force deleted" : "deleted", deletedName(each.kind, object));
        } else if (!flags.ignoreNotFound && !each.listed) throw notFound(each.kind, each.key.name);
      });
    }
    if (dryRun !== undefined || isForced || !isWaited) return;
    using time = deadline(timeoutMs, io, "deleting");
    for (const { chosen: each, object } of marked) {
      await outcome.attempt(() => untilGone(session.client, each.kind, object, time.signal));
    }
  });
  if (chosen.length === 0) io.out.write("No resources found\n");
  return outcome.end(chosen.length);
}

/**
 * Read before it is deleted: by its uid an object is told from one that takes its name at once, as a rediscovered Node does.
 *
 * @returns what was deleted; undefined where there was nothing.
 */
async function deleteOne(
  { kind, key, listed }: Chosen,
  how: DeleteOptions,
  dryRun: DryRun,
  { client }: Session,
): Promise<Resource | undefined> {
  const live = listed ?? (await client.get(kind, key, how.signal));
  if (!live || dryRun === "client") return live;
  try {
    await client.delete(kind, key, how);
    return live;
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined; // somebody was faster
    throw error;
  }
}

function readDeletion({
  cascade,
  gracePeriod,
  now,
  force,
}: DeleteFlags): Pick<DeleteOptions, "propagationPolicy" | "gracePeriodSeconds"> {
  const seconds = gracePeriod === undefined ? undefined : Number(gracePeriod);
  const refuse = (message: string, hint: string) => new SporeError("SPORE_USAGE", message, { hint });
  if (seconds !== undefined && !Number.isInteger(seconds)) {
    throw refuse(`--grace-period=${gracePeriod}: no whole number of seconds`, "-1 leaves it to the kind");
  }
  if (now && seconds !== undefined && seconds !== -1)
    throw refuse("--now and --grace-period at once", "say one or the other");
  if (force && seconds !== undefined && seconds > 0)
    throw refuse("--force and a grace period at once", "say one or the other");
  const grace = now ? 1 : force ? 0 : seconds;
  return {
    propagationPolicy: readCascade(cascade),
    ...(grace !== undefined && grace >= 0 && { gracePeriodSeconds: grace }),
  };
}

function readCascade(word: string): NonNullable<DeleteOptions["propagationPolicy"]> {
  switch (word) {
    case "background":
    case "true":
      return "Background";
    case "foreground":
      return "Foreground";
    case "orphan":
    case "false":
      return "Orphan";
    default:
      throw new SporeError("SPORE_USAGE", `--cascade=${word}: no such way`, {
        hint: "use background, foreground or orphan",
      });
  }
}

function readWait({ wait }: DeleteFlags): boolean {
  if (wait === true || wait === "true") return true;
  if (wait === false || wait === "false") return false;
  throw new SporeError("SPORE_USAGE", `--wait=${wait}: no such way to wait`, {
    hint: "say --wait=true or --wait=false",
  });
}

async function confirmDanger(chosen: readonly Chosen[], flags: DeleteFlags, session: Session, io: Io): Promise<void> {
  if (!io.err.isTerminal || chosen.length === 0 || flags.filename?.includes("-")) return;
  const nodes = chosen.filter(({ kind }) => isSameResource(kind, Node));
  const lives = await Promise.all(
    nodes.map(({ kind, key, listed }) => listed ?? session.client.get(kind, key, io.signal)),
  );
  const owned = lives.filter((live) => live !== undefined && isOwned(live));
  if (owned.length > 0) {
    const names = owned
      .map((live) => live?.metadata.name)
      .slice(0, 5)
      .join(", ");
    const more = owned.length > 5 ? " …" : "";
    await confirm(
      `Delete ${owned.length} owned ${owned.length === 1 ? "node" : "nodes"} (${names}${more})? A board that is still there comes back without its owner.`,
      io,
    );
  } else if (flags.all) {
    const kinds = [...new Set(chosen.map(({ kind }) => kind.plural))].join(", ");
    await confirm(`Delete all ${chosen.length} ${kinds}${flags.allNamespaces ? " of every namespace" : ""}?`, io);
  }
}

function isOwned(live: Resource): boolean {
  const { spec } = asJsonObject(live);
  return isJsonObject(spec) && isJsonObject(spec.owner);
}
