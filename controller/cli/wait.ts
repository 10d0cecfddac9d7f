import { type Kind, resourceName } from "../api/kind.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import { typedNameIn } from "./output/output-format.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { chosenObjects, refuseBoth, scopeOf } from "./session/objects.ts";
import { openSession } from "./session/session.ts";
import { readTargets } from "./session/targets.ts";
import { deadline, readTimeout, until } from "./session/until.ts";
import { type Conditional, parseGoal } from "./wait-goal.ts";

interface WaitOptions extends GlobalOptions {
  readonly for: string;
  readonly timeout: string;
  readonly selector?: string;
  readonly all?: boolean;
}

/** `sporectl wait --for=condition=Ready KIND/NAME…`. */
export const wait: Command = {
  define(program, io, finish) {
    program
      .command("wait")
      .description(
        "Wait until objects meet a condition: `wait --for=condition=Ready nodegroup/lab-sensors --timeout 5m`.",
      )
      .argument("<what...>", "KIND NAME… or KIND/NAME…")
      .requiredOption("--for <what>", "condition=TYPE[=STATUS], jsonpath={.path}[=VALUE], create or delete")
      .option("--timeout <duration>", "how long at the most", "30s")
      .option("-l, --selector <labels>", "objects with these labels, instead of names")
      .option("--all", "all of that kind in the namespace")
      .action(async (words: string[], _options: WaitOptions, command) => {
        finish(await runWait(words, command.optsWithGlobals(), io));
      });
  },
};

async function runWait(words: readonly string[], options: WaitOptions, io: Io): Promise<number> {
  const goal = parseGoal(options.for);
  const timeoutMs = readTimeout(options.timeout);
  await using session = await openSession(options, io);
  using time = deadline(timeoutMs, io, "waiting"); // connecting does not count
  const { signal } = time;
  for (const { kind, name } of readTargets(words, session.names)) {
    const scope = scopeOf(kind, session.namespace);
    if (name !== undefined) refuseBoth(options); // a name need not exist yet
    for (const each of name === undefined ? await listed(kind) : [name]) {
      let last: Conditional | undefined;
      let isKnown = false;
      const holds = (object: Conditional | undefined) => {
        isKnown = true;
        last = object ?? last;
        return goal.holds(object);
      };
      try {
        await until<Conditional>(session.client, kind, { ...scope, name: each }, holds, signal);
      } catch (error) {
        if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
        const unseen = isKnown ? "it does not exist" : "the server did not answer in that time";
        const why = last ? goal.explain(last) : unseen;
        throw new SporeError(
          "SPORE_TIMEOUT",
          `${resourceName(kind)} "${each}": ${options.for} not met within ${options.timeout}: ${why}`,
          { hint: `sporectl describe ${kind.plural} ${each}` },
        );
      }
      io.out.write(`${typedNameIn(kind, each)} ${goal.met}\n`);
    }
  }
  return exitCodes.done;

  async function listed(kind: Kind): Promise<readonly string[]> {
    const objects = await chosenObjects({ kind, name: undefined }, options, "wait for", session, signal);
    if (objects.length === 0) throw new SporeError("SPORE_NOT_FOUND", "no matching resources found");
    return objects.map(({ metadata }) => metadata.name);
  }
}
