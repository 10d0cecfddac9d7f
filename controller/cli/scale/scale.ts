import { resourceName } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";
import { addChoiceOptions, type ChoiceOptions, type Chosen, chooseObjects, liveOf } from "../write/chosen.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";
import { addSourceOptions } from "../write/sources.ts";

interface ScaleOptions extends GlobalOptions, ChoiceOptions {
  readonly replicas: string;
  readonly currentReplicas?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: string;
  readonly output?: string;
}

/** `autoscaling/v1`, as far as it is needed. */
interface Scale extends Resource {
  readonly spec?: { readonly replicas?: number };
}

/** `sporectl scale KIND NAME --replicas N`. */
export const scale: Command = {
  define(program, io, finish) {
    addChoiceOptions(
      addSourceOptions(
        program
          .command("scale")
          .description(
            "Say how many replicas objects of a kind with a scale subresource have. A NodeGroup has none: it has the nodes that its selector finds.",
          )
          .argument("[what...]", "KIND NAME… or KIND/NAME…"),
      ),
    )
      .requiredOption("--replicas <count>", "how many")
      .option("--current-replicas <count>", "only if it has that many now")
      .option("--resource-version <version>", "only if it is still of this version")
      .option(...dryRunOption)
      .option("-o, --output <format>", "show the objects: json, yaml or name")
      .action(async (words: string[], _options: ScaleOptions, command) => {
        finish(await runScale(words, command.optsWithGlobals(), io));
      });
  },
};

async function runScale(words: readonly string[], options: ScaleOptions, io: Io): Promise<number> {
  const replicas = readCount("--replicas", options.replicas);
  const current =
    options.currentReplicas === undefined ? undefined : readCount("--current-replicas", options.currentReplicas);
  const dryRun = readDryRun(options.dryRun);
  const outcome = new Outcome(io, { ...options, dryRun, done: "scaled" });
  await using session = await openSession(options, io);
  const chosen = await chooseObjects(words, options, "scale", session, io);
  await outcome.interruptible(chosen.length, async () => {
    for (const each of chosen) {
      await outcome.attempt(async () => {
        const live = await liveOf(each, session, io.signal);
        const before = await scaleOf(each, session, io.signal);
        const version = requireState(each, before, current, options.resourceVersion);
        if (dryRun !== "client") {
          const body = { metadata: version, spec: { replicas } };
          const write = { signal: io.signal, dryRun: dryRun === "server", subresource: "scale" } as const;
          await session.client.patch(each.kind, each.key, { type: "merge", body }, write);
        }
        outcome.say(live, "scaled");
      });
    }
  });
  return outcome.end(chosen.length);
}

async function scaleOf({ kind, key }: Chosen, session: Session, signal: AbortSignal): Promise<Scale> {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = key.namespace === undefined ? "" : `/namespaces/${key.namespace}`;
  try {
    return await session.readJson<Scale>(`${root}${scope}/${kind.plural}/${key.name}/scale`, { signal });
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
    throw new SporeError("SPORE_NOT_FOUND", `${resourceName(kind)} cannot be scaled`, {
      hint: "only kinds with a scale subresource can; a NodeGroup has the nodes that its selector finds",
    });
  }
}

/** The precondition of the write: nothing, unless the user asked for one. */
function requireState(
  { key }: Chosen,
  before: Scale,
  current: number | undefined,
  version: string | undefined,
): { readonly resourceVersion?: string } {
  const { resourceVersion = "" } = before.metadata;
  if (version !== undefined && version !== resourceVersion) {
    throw new SporeError("SPORE_CONFLICT", `"${key.name}" is of version ${resourceVersion}, not ${version}`);
  }
  const count = before.spec?.replicas ?? 0;
  if (current !== undefined && current !== count) {
    throw new SporeError("SPORE_CONFLICT", `"${key.name}" has ${count} replicas, not ${current}`);
  }
  return current === undefined && version === undefined ? {} : { resourceVersion };
}

function readCount(flag: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && text.trim() !== "") return count;
  throw new SporeError("SPORE_USAGE", `${flag}=${text}: a whole number is needed, 0 or more`);
}
