import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { Node } from "../api/node.ts";
import { NodeGroup } from "../api/node-group.ts";
import { SporeError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import type { Io } from "./io.ts";
import { patchEach } from "./node-patches.ts";
import { openSession, type Session } from "./session.ts";

/** `sporectl restart NODE…` and `sporectl restart nodegroup/NAME`. */
export const restart: Command = {
  define(program, io, finish) {
    program
      .command("restart")
      .description("Restart nodes now, or each node of a group in turn as its strategy allows.")
      .argument("<what...>", "names of nodes, or nodegroup/NAME")
      .action(async (words: string[], _options, command) => {
        const session = await openSession(command.optsWithGlobals(), io);
        const restartedAt = `${new Date(io.clock.now()).toISOString().slice(0, 19)}Z`;
        let code = 0;
        for (const { kind, object } of await pausable(words, session, io)) {
          const body =
            kind.plural === Node.plural ? { spec: { restartedAt } } : { spec: { template: { restartedAt } } };
          code = await patchEach(kind, [object], body, "will restart", session, io);
        }
        finish(code);
      });
  },
};

/** Nodes by bare name, or nodes and groups as KIND/NAME. */
export async function pausable(
  words: readonly string[],
  session: Session,
  io: Io,
): Promise<readonly { readonly kind: Kind; readonly object: Resource }[]> {
  return Promise.all(
    words.map(async (word) => {
      const [kindWord, slashName] = word.split("/");
      const kind = slashName === undefined ? Node : session.names.resolve(kindWord ?? "")[0];
      const name = slashName ?? word;
      if (kind === undefined || (kind.plural !== Node.plural && kind.plural !== NodeGroup.plural)) {
        throw new SporeError("SPORE_USAGE", `"${word}" is neither a node nor a group`);
      }
      const key = kind.namespaced ? { namespace: session.namespace, name } : { name };
      const object = await session.client.get(kind, key, io.signal);
      if (object) return { kind, object };
      throw new SporeError("SPORE_NOT_FOUND", `${kind.plural}.${kind.group} "${name}" not found`);
    }),
  );
}
