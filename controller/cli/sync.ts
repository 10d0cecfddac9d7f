import { findCondition, isTrue } from "../api/conditions.ts";
import { GitSync } from "../api/git-sync.ts";
import { pruneApprovedAnnotation, reconcileAnnotation } from "../api/git-sync-requests.ts";
import { type Key, keyText } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { printableLines } from "../base/printable.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import { paint } from "./output/paint.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { openSession, type Session } from "./session/session.ts";
import { deadline, readTimeout, until } from "./session/until.ts";

interface SyncOptions extends GlobalOptions {
  readonly timeout: string;
  readonly wait: boolean;
  readonly prune?: boolean;
}

/** `sporectl sync NAME`. */
export const sync: Command = {
  define(program, io, finish) {
    program
      .command("sync")
      .description(
        "Look at the repository of a GitSync now, and wait until everything from its newest commit is Ready.",
      )
      .argument("<name>", "the GitSync")
      .option("--timeout <duration>", "how long to wait at the most", "10m")
      .option("--no-wait", "ask for it, and go")
      .option("--prune", "let the commit that waits for it delete more objects than spec.maxPruned allows")
      .action(async (name: string, _options: SyncOptions, command) => {
        finish(await runSync(name, command.optsWithGlobals(), io));
      });
  },
};

async function runSync(name: string, options: SyncOptions, io: Io): Promise<number> {
  const timeoutMs = readTimeout(options.timeout);
  await using session = await openSession(options, io);
  const key = { namespace: session.namespace, name };
  const found = await session.client.get(GitSync, key, io.signal);
  if (found === undefined) {
    throw new SporeError("SPORE_NOT_FOUND", `there is no GitSync ${keyText(key)}`, {
      hint: "sporectl get gitsyncs -A",
    });
  }
  if (found.spec.suspend) {
    const hint = `sporectl patch gitsync ${name} -n ${key.namespace} --type=merge -p '{"spec":{"suspend":false}}'`;
    throw new SporeError("SPORE_CONFLICT", `GitSync ${keyText(key)} is suspended`, { hint });
  }
  const asked = new Date(io.clock.now()).toISOString();
  const approved = options.prune === true ? { [pruneApprovedAnnotation]: commitToPrune(found) } : {};
  const body = { metadata: { annotations: { [reconcileAnnotation]: asked, ...approved } } };
  await session.client.patch(GitSync, key, { type: "merge", body }, { signal: io.signal, fieldManager: "sporectl" });
  if (!options.wait) {
    io.out.write(`gitsync.spore.dev/${name} asked to look at ${printableLines(found.spec.url)}\n`);
    return exitCodes.done;
  }
  return await follow(key, asked, timeoutMs, session, io);
}

/** The commit that was refused for what it leaves out. */
function commitToPrune({ metadata, status }: GitSync): string {
  const commit = /@sha1:([0-9a-f]+)$/.exec(status?.lastAttemptedRevision ?? "")?.[1];
  if (commit !== undefined && findCondition(status?.conditions, "Ready")?.reason === "PruneRefused") return commit;
  throw new SporeError(
    "SPORE_CONFLICT",
    `no commit of GitSync ${metadata.name} waits to be allowed to delete objects`,
    {
      hint: `leave --prune out, and see what sporectl sync ${metadata.name} -n ${metadata.namespace} says first`,
    },
  );
}

async function follow(key: Key, asked: string, timeoutMs: number, session: Session, io: Io): Promise<number> {
  using time = deadline(timeoutMs, io, "waiting");
  let told = "";
  const judge = (object: GitSync | undefined): boolean => {
    if (object === undefined) throw new SporeError("SPORE_NOT_FOUND", `GitSync ${keyText(key)} was deleted`);
    const ready = findCondition(object.status?.conditions, "Ready");
    if (ready === undefined || object.status?.lastHandledReconcileAt !== asked) return false;
    const isMoving = isTrue(object.status?.conditions, "Reconciling");
    if (isMoving && ready.message !== told) io.err.write(`${printableLines(ready.message)}\n`);
    told = ready.message;
    return !isMoving;
  };
  try {
    const ended = await until(session.client, GitSync, key, judge, time.signal);
    if (!isTrue(ended?.status?.conditions, "Ready")) {
      throw new SporeError("SPORE_CONFLICT", `GitSync ${keyText(key)}: ${printableLines(told)}`);
    }
    io.out.write(`gitsync.spore.dev/${key.name} ${paint(io.out, "green", "ready")}: ${printableLines(told)}\n`);
    return exitCodes.done;
  } catch (error) {
    if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
    throw new SporeError("SPORE_TIMEOUT", `GitSync ${keyText(key)} is not Ready after ${timeoutMs / 1000} s`, {
      hint:
        told === ""
          ? "is a spored with controllers running?"
          : `sporectl describe gitsync ${key.name} -n ${key.namespace}`,
    });
  }
}
