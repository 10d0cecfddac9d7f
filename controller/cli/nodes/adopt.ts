import { Node } from "../../api/node.ts";
import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { openSession } from "../session/session.ts";
import { chooseNodes, patchEach } from "./node-patches.ts";

interface AdoptOptions {
  readonly selector?: string;
  readonly all?: boolean;
}

/** `sporectl adopt NODE… -n NS`. */
export const adopt: Command = {
  define(program, io, finish) {
    program
      .command("adopt")
      .description(
        "Give nodes to a namespace. From then on its groups may write to them. A node of another namespace must be released first.",
      )
      .argument("[nodes...]", "names of nodes")
      .option("-l, --selector <labels>", "nodes with these labels")
      .option("--all", "every node that belongs to nobody")
      .action(async (names: string[], options: AdoptOptions, command) => {
        await using session = await openSession(command.optsWithGlobals(), io);
        const chosen = await chooseNodes({ names, ...options }, "adopt", session, io.signal);
        const foreign = chosen.filter(({ spec }) => ownedElsewhere(spec.owner?.namespace, session.namespace));
        const [first] = names.length > 0 ? foreign : [];
        if (first) {
          throw new SporeError(
            "SPORE_CONFLICT",
            `node ${first.metadata.name} belongs to namespace ${first.spec.owner?.namespace}`,
            { hint: `sporectl release ${first.metadata.name} takes it back first` },
          );
        }
        const free = chosen.filter((node) => !foreign.includes(node));
        const body = { spec: { owner: { namespace: session.namespace } } };
        finish(await patchEach(Node, free, { body, done: `adopted by ${session.namespace}` }, session, io));
      });
  },
};

/** `sporectl release NODE…`. */
export const release: Command = {
  define(program, io, finish) {
    program
      .command("release")
      .description("Take nodes back: they belong to nobody, nothing is written to them, and they stay as they are.")
      .argument("[nodes...]", "names of nodes")
      .option("-l, --selector <labels>", "nodes with these labels")
      .option("--all", "every node of the namespace")
      .action(async (names: string[], options: AdoptOptions, command) => {
        await using session = await openSession(command.optsWithGlobals(), io);
        const chosen = await chooseNodes({ names, ...options }, "release", session, io.signal);
        const owned =
          names.length > 0 ? chosen : chosen.filter(({ spec }) => spec.owner?.namespace === session.namespace);
        finish(await patchEach(Node, owned, { body: { spec: { owner: null } }, done: "released" }, session, io));
      });
  },
};

function ownedElsewhere(owner: string | undefined, namespace: string): boolean {
  return owner !== undefined && owner !== namespace;
}
