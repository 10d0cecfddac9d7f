import type { Kind } from "../../api/kind.ts";
import { keyOf, type Resource } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import type { JsonValue } from "../../base/json.ts";
import { exitCodes, type Io } from "../io.ts";
import { typedName } from "../output/output-format.ts";
import { type Choice, chosenObjects, readObject, refuseBoth } from "../session/objects.ts";
import type { Session } from "../session/session.ts";

/** Which nodes a verb such as `adopt` is meant for. */
export interface NodeChoice extends Choice {
  readonly names: readonly string[];
}

/**
 * The chosen nodes.
 *
 * @param verb for the complaint: `adopt`.
 * @throws SporeError `SPORE_USAGE` when nothing was chosen, `SPORE_NOT_FOUND` for a name that is no node.
 */
export async function chooseNodes(
  { names, ...choice }: NodeChoice,
  verb: string,
  session: Session,
  signal: AbortSignal,
): Promise<readonly Node[]> {
  if (names.length === 0) return chosenObjects({ kind: Node, name: undefined }, choice, verb, session, signal);
  refuseBoth(choice);
  const [first = "", ...rest] = names;
  const words = rest.length > 0 && /^(nodes?(\.spore\.dev)?|sn)$/.test(first) ? rest : names;
  return Promise.all(
    words.map((word) => readObject(Node, word.replace(/^(nodes?(\.spore\.dev)?|sn)\//, ""), session, signal)),
  );
}

/** A merge patch, and what to say of an object that it changed. */
export interface Change {
  readonly body: JsonValue;
  /** As in `node.spore.dev/esp-a1b2c3 released`. */
  readonly done: string;
}

/** Changes each object and says so, an object a line. */
export async function patchEach(
  kind: Kind,
  objects: readonly Resource[],
  { body, done }: Change,
  session: Session,
  io: Io,
): Promise<number> {
  const options = { signal: io.signal, fieldManager: "sporectl" };
  for (const object of objects) {
    const patched = await session.client.patch(kind, keyOf(object), { type: "merge", body }, options);
    const isSame = patched.metadata.resourceVersion === object.metadata.resourceVersion;
    io.out.write(`${typedName(patched)} ${isSame ? "unchanged" : done}\n`);
  }
  if (objects.length === 0) io.err.write("No resources found.\n");
  return exitCodes.done;
}
