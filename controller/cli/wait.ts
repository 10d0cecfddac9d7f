import { findCondition } from "../api/conditions.ts";
import { resourceName } from "../api/kind.ts";
import type { Condition, Resource } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import type { GlobalOptions } from "./global-options.ts";
import { exitCodes, type Io } from "./io.ts";
import { typedNameIn } from "./output-format.ts";
import { openSession } from "./session.ts";
import { readTargets } from "./targets.ts";
import { deadline, until } from "./until.ts";

interface WaitOptions extends GlobalOptions {
  readonly for: string;
  readonly timeout: string;
  readonly selector?: string;
  readonly all?: boolean;
}

interface Conditional extends Resource {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
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
      .requiredOption("--for <what>", "condition=TYPE[=STATUS] or delete")
      .option("--timeout <duration>", "how long at the most", "30s")
      .option("-l, --selector <labels>", "objects with these labels, instead of names")
      .option("--all", "all of that kind in the namespace")
      .action(async (words: string[], options: WaitOptions, command) => {
        finish(await runWait(words, { ...command.optsWithGlobals(), ...options }, io));
      });
  },
};

async function runWait(words: readonly string[], options: WaitOptions, io: Io): Promise<number> {
  const goal = parseGoal(options.for);
  using time = deadline(options.timeout, io, "waiting");
  const { signal } = time;
  await using session = await openSession(options, io);
  for (const { kind, name } of readTargets(words, session.names)) {
    const scope = kind.namespaced ? { namespace: session.namespace } : {};
    for (const each of name === undefined ? await listed(kind, scope) : [name]) {
      let last: Conditional | undefined;
      const holds = (object: Conditional | undefined) => {
        last = object ?? last;
        return goal.holds(object);
      };
      try {
        await until<Conditional>(session.client, kind, { ...scope, name: each }, holds, signal);
      } catch (error) {
        if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
        const why = last ? goal.explain(last) : "it does not exist";
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

  async function listed(kind: Parameters<typeof session.client.list>[0], scope: { namespace?: string }) {
    if (options.selector === undefined && !options.all) {
      throw new SporeError("SPORE_USAGE", `say which ${kind.plural} to wait for`, {
        hint: "name them, or say -l LABELS or --all",
      });
    }
    const selector = options.selector === undefined ? {} : { labelSelector: options.selector };
    const { items } = await session.client.list(kind, { ...scope, ...selector }, signal);
    if (items.length === 0) throw new SporeError("SPORE_NOT_FOUND", "no matching resources found");
    return items.map(({ metadata }) => metadata.name);
  }
}

interface Goal {
  readonly met: string;
  holds(object: Conditional | undefined): boolean;
  explain(object: Conditional): string;
}

function parseGoal(text: string): Goal {
  if (text === "delete") {
    return { met: "deleted", holds: (object) => object === undefined, explain: () => "it is still there" };
  }
  const [word, type, status = "True"] = text.split("=");
  if (word !== "condition" || !type) {
    throw new SporeError("SPORE_USAGE", `--for=${text}: no such goal`, {
      hint: "use condition=Ready, condition=Ready=False or delete",
    });
  }
  return {
    met: "condition met",
    holds: (object) =>
      object !== undefined &&
      isCurrent(object, type) &&
      conditionOf(object, type)?.status.toLowerCase() === status.toLowerCase(),
    explain(object) {
      const found = conditionOf(object, type);
      if (!found) return `it has no condition ${type}`;
      if (!isCurrent(object, type))
        return `its controller has not yet looked at generation ${object.metadata.generation}`;
      return `${type} is ${found.status}, ${found.reason}: ${found.message}`;
    },
  };
}

/** A condition that judged an older spec says nothing about this one. */
function isCurrent(object: Conditional, type: string): boolean {
  const judged = conditionOf(object, type)?.observedGeneration ?? object.status?.observedGeneration;
  return judged === undefined || judged >= (object.metadata.generation ?? 0);
}

function conditionOf(object: Conditional, type: string): Condition | undefined {
  return findCondition(object.status?.conditions, type);
}
