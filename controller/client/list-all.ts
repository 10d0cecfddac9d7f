import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { isSporeError } from "../base/errors.ts";
import type { List, ListOptions, Reader } from "./client.ts";

/** As client-go asks for. */
const pageSize = 500;

/**
 * All objects of a kind as of one resource version, read page by page. When the server forgets that version between two pages, everything
 * is read once more in one piece.
 */
export async function listAll<T extends Resource>(
  reader: Reader,
  kind: Kind<T>,
  options: Omit<ListOptions, "limit" | "continue">,
  signal: AbortSignal,
): Promise<List<T>> {
  try {
    return await listPages(reader, kind, options, signal);
  } catch (error) {
    if (!isSporeError(error, "SPORE_EXPIRED")) throw error;
    return await reader.list(kind, options, signal);
  }
}

async function listPages<T extends Resource>(
  reader: Reader,
  kind: Kind<T>,
  options: ListOptions,
  signal: AbortSignal,
): Promise<List<T>> {
  let page = await reader.list(kind, { ...options, limit: pageSize }, signal);
  const items = [...page.items];
  const { resourceVersion } = page;
  while (page.continue !== undefined) {
    page = await reader.list(kind, { ...options, limit: pageSize, continue: page.continue }, signal);
    for (const item of page.items) items.push(item);
  }
  return { items, resourceVersion };
}
