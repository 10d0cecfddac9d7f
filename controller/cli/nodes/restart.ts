import type { Kind } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { SporeError } from "../../base/errors.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import { readObject } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { readTargets } from "../session/targets.ts";
import { patchEach } from "./node-patches.ts";

/** `sporectl restart NODE…` and `sporectl restart nodegroup/NAME`. */
export const restart: Command = {
  define(program, io, finish) {
    program
      .command("restart")
      .description("Restart nodes now, or each node of a group in turn as its strategy allows.")
      .argument("<what...>", "names of nodes, or nodegroup/NAME")
      .action(async (words: string[], _options, command) => {
        await using session = await openSession(command.optsWithGlobals(), io);
        const restartedAt = timestamp(io.clock.now());
        let code = 0;
        for (const { kind, object } of await nodesAndGroups(words, session, io)) {
          const body =
            kind.plural === Node.plural ? { spec: { restartedAt } } : { spec: { template: { restartedAt } } };
          code = await patchEach(kind, [object], { body, done: "will restart" }, session, io);
        }
        finish(code);
      });
  },
};

/** Nodes by bare name, or nodes and groups as KIND/NAME or KIND NAME. All are there before the first is touched. */
export async function nodesAndGroups(
  words: readonly string[],
  session: Session,
  io: Io,
): Promise<readonly { readonly kind: Kind; readonly object: Resource }[]> {
  const [first = "", ...rest] = words;
  const isKind = rest.length > 0 && session.names.has(first);
  const slashed = words.map((word) => (word.includes("/") ? word : `${Node.plural}.${Node.group}/${word}`));
  return Promise.all(
    readTargets(isKind ? words : slashed, session.names).map(async ({ kind, name = "" }) => {
      if (kind.group !== Node.group || (kind.plural !== Node.plural && kind.plural !== NodeGroup.plural)) {
        throw new SporeError("SPORE_USAGE", `${kind.plural} cannot be paused or restarted`, {
          hint: "name nodes, or groups as nodegroup/NAME",
        });
      }
      return { kind, object: await readObject(kind, name, session, io.signal) };
    }),
  );
}
