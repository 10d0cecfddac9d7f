import type { Kind } from "../api/kind.ts";
import { Node } from "../api/node.ts";
import { SporeError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { exitCodes, type Io } from "./io.ts";
import { typedName } from "./output-format.ts";
import type { Session } from "./session.ts";

/** Which nodes a verb such as `adopt` is meant for. */
export interface NodeChoice {
  readonly names: readonly string[];
  readonly selector?: string;
  readonly all?: boolean;
}

/**
 * The names of the chosen nodes.
 *
 * @throws SporeError `SPORE_USAGE` when nothing was chosen, `SPORE_NOT_FOUND` for a name that is no node.
 */
export async function chooseNodes(choice: NodeChoice, session: Session, io: Io): Promise<readonly Node[]> {
  if (choice.names.length === 0 && choice.selector === undefined && !choice.all) {
    throw new SporeError("SPORE_USAGE", "say which nodes", { hint: "name them, or say -l LABELS or --all" });
  }
  const selector = choice.selector === undefined ? {} : { labelSelector: choice.selector };
  if (choice.names.length === 0) return (await session.client.list(Node, selector, io.signal)).items;
  const [first = "", ...rest] = choice.names;
  const names = rest.length > 0 && /^(nodes?(\.spore\.dev)?|sn)$/.test(first) ? rest : choice.names;
  return Promise.all(
    names.map(async (word) => {
      const name = word.replace(/^(nodes?(\.spore\.dev)?|sn)\//, "");
      const node = await session.client.get(Node, { name }, io.signal);
      if (node) return node;
      throw new SporeError("SPORE_NOT_FOUND", `nodes.spore.dev "${name}" not found`, {
        hint: "sporectl get nodes lists them",
      });
    }),
  );
}

/** Gives each object the same merge patch and says so, an object a line. */
export async function patchEach(
  kind: Kind,
  objects: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[],
  body: JsonValue,
  verb: string,
  session: Session,
  io: Io,
): Promise<number> {
  for (const { metadata } of objects) {
    const { name, namespace } = metadata;
    const key = namespace === undefined ? { name } : { namespace, name };
    const patched = await session.client.patch(
      kind,
      key,
      { type: "merge", body },
      { signal: io.signal, fieldManager: "sporectl" },
    );
    io.out.write(`${typedName(patched)} ${verb}\n`);
  }
  if (objects.length === 0) io.err.write("No resources found.\n");
  return exitCodes.done;
}
