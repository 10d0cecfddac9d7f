import { administrator } from "../../apiserver/credentials.ts";
import { controllersGroup, mastersGroup } from "../../apiserver/user.ts";
import { SporeError } from "../../base/errors.ts";

/** Names that fit into the name of a binding and into a certificate, and that nobody mistakes for something else. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
const rule = "must be letters, digits and . _ @ + -, beginning with a letter or digit, 128 at the most";
/** Groups of Kubernetes and SPORE that a person may put somebody in; the others are given by how somebody gets in. */
const systemGroups: readonly string[] = [mastersGroup, controllersGroup, "system:monitoring"];

/** @throws SporeError `SPORE_USAGE` for a name that no user may have. */
export function checkUserName(name: string): void {
  if (!namePattern.test(name)) throw new SporeError("SPORE_USAGE", `the user name ${JSON.stringify(name)} ${rule}`);
  if (name !== administrator) return;
  const hint = "copy admin.kubeconfig, or choose another name";
  throw new SporeError("SPORE_USAGE", `${administrator} is spored's own administrator`, { hint });
}

/** @throws SporeError `SPORE_USAGE`. */
export function checkGroups(groups: readonly string[]): void {
  const wrong = groups.find((group) => !namePattern.test(group) && !systemGroups.includes(group));
  if (wrong === undefined) return;
  const hint = `groups that begin with system: are given by the server, except for ${systemGroups.join(", ")}`;
  throw new SporeError("SPORE_USAGE", `the group ${JSON.stringify(wrong)} ${rule}`, { hint });
}
