import { apiVersionOf, resourceName } from "../../api/kind.ts";
import { keyOf, type Resource } from "../../api/meta.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { refuse } from "../../manifests/apply.ts";
import { exitCodes, type Io } from "../io.ts";
import { errorText } from "../output/error-text.ts";
import { notFound } from "../session/objects.ts";
import type { Session } from "../session/session.ts";
import { readSources } from "../write/sources.ts";
import { type GetOptions, pageSizeOf, pathOfWanted, selectorQuery, type Wanted } from "./get-options.ts";

/** What was found, and what was asked for by name and is not there. */
export interface Fetched<T> {
  readonly found: readonly T[];
  readonly missing: readonly Wanted[];
}

/** One object, or a page of a list. */
interface Answer {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly Resource[];
}

/** What to ask for, and as what. */
export interface Asking {
  readonly accept: string;
  /** Beside the selectors and the page's size. */
  readonly query?: Readonly<Record<string, string>>;
}

/** Reads objects, and lists page by page. */
export async function fetchObjects(
  wanted: readonly Wanted[],
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<Fetched<Resource>> {
  const asking = { accept: "application/json" };
  const { found, missing } = await fetchPages<Answer>(wanted, asking, options, session, io);
  const objects = found.flatMap(({ wanted: { kind }, page }) => {
    const isWhole = page.items === undefined;
    // Items of a list need not say what they are.
    return (isWhole ? [page] : page.items).map((item) => ({
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...item,
    }));
  });
  const resources = objects.filter(isResource);
  if (options.sortBy === undefined) return { found: resources, missing };
  const { sortedBy } = await import("../output/sort-by.ts");
  return { found: sortedBy(resources, options.sortBy, (object) => JSON.parse(JSON.stringify(object))), missing };
}

function isResource(object: object): object is Resource {
  return "metadata" in object;
}

/** All answers, in the order of what was asked for; a name that is not there is no reason to give up. */
export async function fetchPages<T extends Answer>(
  wanted: readonly Wanted[],
  asking: Asking,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<Fetched<{ readonly wanted: Wanted; readonly page: T }>> {
  const found: { wanted: Wanted; page: T }[] = [];
  const missing: Wanted[] = [];
  for (const one of wanted) {
    try {
      for await (const page of pagesOf<T>(one, asking, options, session, io)) found.push({ wanted: one, page });
    } catch (error) {
      if (one.name === undefined || !isSporeError(error, "SPORE_NOT_FOUND")) throw error;
      missing.push(one);
    }
  }
  return { found, missing };
}

async function* pagesOf<T extends Answer>(
  wanted: Wanted,
  { accept, query = {} }: Asking,
  options: GetOptions,
  session: Session,
  { signal }: Io,
): AsyncGenerator<T> {
  const path = pathOfWanted(wanted, options);
  if (wanted.name !== undefined) {
    yield await session.readJson<T>(path, { query: new URLSearchParams(query), accept, signal });
    return;
  }
  const limit = pageSizeOf(options);
  const paging = limit === undefined ? {} : { limit: String(limit) };
  let next: string | undefined;
  do {
    const rest = next === undefined ? {} : { continue: next };
    const asked = new URLSearchParams({ ...query, ...selectorQuery(options), ...paging, ...rest });
    const page: T = await session.readJson<T>(path, { query: asked, accept, signal });
    yield page;
    next = page.metadata?.continue;
  } while (next !== undefined && next !== "");
}

/** Says what is not there, unless that is no error. Returns the exit code. */
export function reportMissing(missing: readonly Wanted[], { ignoreNotFound }: GetOptions, io: Io): number {
  if (ignoreNotFound || missing.length === 0) return exitCodes.done;
  for (const { kind, name = "" } of missing) io.err.write(errorText(notFound(kind, name), io.err));
  return exitCodes.failed;
}

/** The objects that are written down in files, to be looked up on the server. */
export async function objectsInFiles(options: GetOptions, session: Session, io: Io): Promise<readonly Wanted[]> {
  const { manifests, problems } = await readSources(options, { verb: "get", check: false }, session, io);
  refuse(problems);
  return manifests.map(({ kind, object }) => {
    const { name, namespace } = keyOf(object);
    if (name !== "") return { kind, name, namespace };
    throw new SporeError("SPORE_USAGE", `an object of ${resourceName(kind)} has no name`, { hint: "Name it." });
  });
}
