import type { Collection } from "./collection.ts";
import { type ContinueToken, writeContinueToken } from "./continue-token.ts";
import type { Selection } from "./selection.ts";
import type { StoredObject } from "./stored-object.ts";

/** What a list answers with. */
export interface SelectedPage {
  readonly items: readonly StoredObject[];
  readonly revision: number;
  /** Empty at the end of the list. */
  readonly continueToken: string;
  /** Undefined where a selection makes it unknown, or at the end. */
  readonly remaining: number | undefined;
}

export interface PageRequest {
  readonly namespace: string | undefined;
  readonly selection: Selection;
  /** 0: no limit. */
  readonly limit: number;
  readonly from: ContinueToken;
}

/** With a selection, as many entries are looked at in one go. */
const scanEntries = 500;

/**
 * One page of the objects that a selection matches.
 *
 * @throws SporeError `SPORE_EXPIRED` when the revision asked for was compacted away.
 */
export async function selectPage(collection: Collection, request: PageRequest): Promise<SelectedPage> {
  const { selection, limit, namespace } = request;
  if (selection.name !== undefined && (namespace !== undefined || !collection.served.kind.namespaced)) {
    return selectOne(collection, selection.name, request);
  }
  const prefix = collection.prefix(namespace);
  const items: StoredObject[] = [];
  let { revision, after } = request.from;
  for (;;) {
    const wanted = limit === 0 ? undefined : selection.everything ? limit - items.length : scanEntries;
    const page = await collection.page(namespace, {
      ...(revision === undefined ? {} : { at: revision }),
      ...(after === "" ? {} : { after: prefix + after }),
      ...(wanted === undefined ? {} : { limit: wanted }),
    });
    revision = page.revision;
    for (const [index, item] of page.items.entries()) {
      if (!selection.everything && !selection.matches(item.object)) continue;
      items.push(item);
      const more = page.items.length - index - 1 + page.remaining;
      if (items.length !== limit || more === 0) continue;
      const continueToken = writeContinueToken({ revision, after: item.key.slice(prefix.length) });
      return { items, revision, continueToken, remaining: selection.everything ? more : undefined };
    }
    const last = page.items.at(-1);
    if (page.remaining === 0 || last === undefined) return { items, revision, continueToken: "", remaining: undefined };
    after = last.key.slice(prefix.length);
  }
}

/** A selection by name is a read of one key. */
async function selectOne(
  collection: Collection,
  name: string,
  { namespace, selection, from }: PageRequest,
): Promise<SelectedPage> {
  const found = await collection.at(namespace, name, from.revision);
  const matching = found.item !== undefined && selection.matches(found.item.object) ? [found.item] : [];
  return { items: matching, revision: found.revision, continueToken: "", remaining: undefined };
}
