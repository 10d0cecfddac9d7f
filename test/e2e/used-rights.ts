import type { PolicyRule } from "../../controller/api/policy-rule.ts";
import { readRequestInfo } from "../../controller/apiserver/request-info.ts";

/** What was asked of an API server by one user, and how that went. */
export interface UsedRights {
  /** `verb resource`, such as `patch nodes.spore.dev/status`. */
  readonly used: ReadonlySet<string>;
  /** The same for what was refused. */
  readonly refused: ReadonlySet<string>;
}

/** Reads them out of the log of a `spored` that logs at `debug`. */
export function usedRights(log: readonly string[], user: string): UsedRights {
  const used = new Set<string>();
  const refused = new Set<string>();
  for (const line of log) {
    if (!line.includes('"msg":"request answered"')) continue;
    const { verb, path, user: who, status } = JSON.parse(line);
    const info = readRequestInfo("GET", path, new URLSearchParams());
    if (who !== user || info.kind === "path") continue;
    const right = rightOf(verb, info.group, info.subresource ? `${info.plural}/${info.subresource}` : info.plural);
    (status === 403 ? refused : used).add(right);
  }
  return { used, refused };
}

/** Every single right that `rules` give on objects. */
export function rightsOf(rules: readonly PolicyRule[]): ReadonlySet<string> {
  const rights = rules.flatMap(({ verbs, apiGroups = [], resources = [] }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => rightOf(verb, group, resource)))),
  );
  return new Set(rights);
}

function rightOf(verb: string, group: string, resource: string): string {
  const [plural, ...below] = resource.split("/");
  return `${verb} ${[group === "" ? plural : `${plural}.${group}`, ...below].join("/")}`;
}
