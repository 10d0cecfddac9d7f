import { resourceName } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import type { User } from "../user.ts";
import { type Attributes, resourceOf } from "./attributes.ts";

/** The refusal, in the words that Kubernetes' clients expect. */
export function forbidden(user: User, wanted: Attributes, reason: string): SporeError {
  const because = reason === "" ? "" : `: ${reason}`;
  if (wanted.kind === "path") {
    const message = `forbidden: User "${user.name}" cannot ${wanted.verb} path "${wanted.path}"${because}`;
    return new SporeError("SPORE_FORBIDDEN", message);
  }
  const { group, plural, name, namespace, verb } = wanted;
  const what = resourceName(wanted);
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const subject = name === undefined ? what : `${what} "${name}"`;
  const message = `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resourceOf(wanted)}" in API group "${group}" ${where}${because}`;
  const details = { ...(group === "" ? {} : { group }), kind: plural, ...(name === undefined ? {} : { name }) };
  return new SporeError("SPORE_FORBIDDEN", message, details);
}
