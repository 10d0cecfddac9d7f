import { type Kind, resourceName } from "../api/kind.ts";
import { keyOf, type Resource } from "../api/meta.ts";
import { isSporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { chosenObjects } from "./session/objects.ts";
import { openSession, type Session } from "./session/session.ts";
import { readTargets, type Targets } from "./session/targets.ts";
import { deadline, readTimeout, untilGone } from "./session/until.ts";

interface DeleteOptions extends GlobalOptions {
  readonly selector?: string;
  readonly all?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

/** `sporectl delete KIND NAME…`. */
export const deleteCommand: Command = {
  define(program, io, finish) {
    program
      .command("delete")
      .description("Delete objects. Deleting a group or a Firmware never touches a board.")
      .argument("<what...>", "KIND NAME… or KIND/NAME…")
      .option("-l, --selector <labels>", "those with these labels")
      .option("--all", "all of that kind in the namespace")
      .option("--ignore-not-found", "what is not there is no error")
      .option("--no-wait", "do not wait until the objects are gone")
      .option("--timeout <duration>", "how long to wait for all of them", "60s")
      .action(async (words: string[], _options: DeleteOptions, command) => {
        finish(await runDelete(words, command.optsWithGlobals(), io));
      });
  },
};

async function runDelete(words: readonly string[], options: DeleteOptions, io: Io): Promise<number> {
  const timeoutMs = readTimeout(options.timeout);
  await using session = await openSession(options, io);
  using time = deadline(timeoutMs, io, "deleting");
  const { client } = session;
  const marked: { readonly kind: Kind; readonly object: Resource }[] = [];
  for (const target of readTargets(words, session.names)) {
    const { kind } = target;
    for (const object of await doomed(target, options, session, io.signal)) {
      try {
        await client.delete(kind, keyOf(object), { signal: io.signal, propagationPolicy: "Background" });
        marked.push({ kind, object });
      } catch (error) {
        if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error; // somebody was faster
      }
    }
  }
  for (const { kind, object } of marked) {
    if (options.wait) await untilGone(client, kind, object, time.signal);
    io.out.write(`${resourceName(kind)} "${object.metadata.name}" deleted\n`);
  }
  if (marked.length === 0) io.err.write("No resources found.\n");
  return exitCodes.done;
}

/** Read before they are deleted: by its uid an object is told from one that takes its name at once, as a rediscovered Node does. */
async function doomed(
  target: Targets,
  options: DeleteOptions,
  session: Session,
  signal: AbortSignal,
): Promise<readonly Resource[]> {
  try {
    return await chosenObjects(target, options, "delete", session, signal);
  } catch (error) {
    if (options.ignoreNotFound && isSporeError(error, "SPORE_NOT_FOUND")) return [];
    throw error;
  }
}
