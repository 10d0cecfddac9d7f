import { resourceName } from "../api/kind.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import type { GlobalOptions } from "./global-options.ts";
import { exitCodes, type Io } from "./io.ts";
import { openSession } from "./session.ts";
import { readTargets } from "./targets.ts";
import { deadline, untilGone } from "./until.ts";

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
      .option("--timeout <duration>", "how long to wait", "60s")
      .action(async (words: string[], options: DeleteOptions, command) => {
        finish(await runDelete(words, { ...command.optsWithGlobals(), ...options }, io));
      });
  },
};

async function runDelete(words: readonly string[], options: DeleteOptions, io: Io): Promise<number> {
  const session = await openSession(options, io);
  for (const { kind, name } of readTargets(words, session.names)) {
    const scope = kind.namespaced ? { namespace: session.namespace } : {};
    const names = name === undefined ? await chosen(kind, scope) : [name];
    for (const each of names) {
      const key = { ...scope, name: each };
      try {
        await session.client.delete(kind, key, { signal: io.signal, propagationPolicy: "Background" });
      } catch (error) {
        if (options.ignoreNotFound && isSporeError(error, "SPORE_NOT_FOUND")) continue;
        throw error;
      }
      if (options.wait) {
        using limit = deadline(options.timeout, io);
        await untilGone(session.client, kind, key, limit.signal);
      }
      io.out.write(`${resourceName(kind)} "${each}" deleted\n`);
    }
  }
  return exitCodes.done;

  async function chosen(kind: Parameters<typeof session.client.list>[0], scope: { namespace?: string }) {
    if (options.selector === undefined && !options.all) {
      throw new SporeError("SPORE_USAGE", `delete ${kind.plural}: which?`, {
        hint: "name them, or say -l LABELS or --all",
      });
    }
    const selector = options.selector === undefined ? {} : { labelSelector: options.selector };
    const { items } = await session.client.list(kind, { ...scope, ...selector }, io.signal);
    return items.map(({ metadata }) => metadata.name);
  }
}
