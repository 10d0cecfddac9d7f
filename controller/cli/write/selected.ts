import { matchesLabelTerms, parseLabelSelector } from "../../api/label-selector-text.ts";
import type { ReadResult } from "../../manifests/read-yaml.ts";

/**
 * Those objects that have the labels; all where no selector was given. What is wrong with the others still counts.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for a malformed selector.
 */
export function selected(read: ReadResult, selector: string | undefined): ReadResult {
  if (selector === undefined) return read;
  const terms = parseLabelSelector(selector);
  const manifests = read.manifests.filter(({ object }) => matchesLabelTerms(terms, object.metadata.labels ?? {}));
  return { ...read, manifests };
}
