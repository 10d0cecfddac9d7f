import { walks } from "../cost.ts";
import { define, type Guard, isText, type Overload } from "../functions.ts";
import { Fault, type MapKey, type OpaqueValue, PlainList, PlainMap, type Value } from "../values.ts";

/** A URL in its parts, each as it was written. */
class Url implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "kubernetes.URL";
  readonly text: string;
  readonly scheme: string;
  /** With the port, without who asks. */
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(
    text: string,
    scheme: string,
    rest: { readonly host: string; readonly path: string; readonly query: string },
  ) {
    this.text = text;
    this.scheme = scheme;
    this.host = rest.host;
    this.path = rest.path;
    this.query = rest.query;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Url && other.text === this.text;
  }
}

const isUrl: Guard<Url> = (value) => value instanceof Url;

/** An absolute URL or an absolute path, as Go's `url.ParseRequestURI` takes it. */
function parseUrl(text: string): Url | Fault {
  const why = urlProblem(text);
  if (why !== undefined) {
    return new Fault(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${why}`);
  }
  const [, scheme = "", rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^#]*)/s.exec(text) ?? [];
  const [, authority, path = "", query = ""] = /^(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(rest) ?? [];
  const isOpaque = scheme !== "" && !rest.startsWith("/");
  const host = unescaped((authority ?? "").replace(/^.*@/s, ""));
  return new Url(text, scheme.toLowerCase(), { host, path: isOpaque ? "" : path, query });
}

function urlProblem(text: string): string | undefined {
  if (text === "") return "empty url";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(text)) return "net/url: invalid control character in URL";
  const [, scheme, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (text.startsWith(":")) return "missing protocol scheme";
  if (scheme === undefined && !text.startsWith("/")) return "invalid URI for request";
  if (scheme !== undefined && !rest.startsWith("/")) return undefined;
  const [, authority = "", path = ""] = /^(?:\/\/([^/?]*))?([^?]*)/s.exec(scheme === undefined ? text : rest) ?? [];
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(path);
  if (bad) return `invalid URL escape ${JSON.stringify(bad[0])}`;
  return scheme === undefined ? undefined : hostProblem(authority);
}

function hostProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const port = /^(?:\[[^\]]*\]|[^:]*)(.*)$/s.exec(host)?.[1] ?? "";
  if (host.startsWith("[") && !host.includes("]")) return "missing ']' in host";
  if (port !== "" && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
  const bad = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u.exec(host);
  return bad ? `invalid character ${JSON.stringify(bad[0])} in host name` : undefined;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text; // bytes that are no text stay as they were written
    throw error;
  }
}

function hostname(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, "");
}

/** Characters that a path may hold are kept, all others are written as their bytes. */
function escapedPath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%[\]]/gu, (character) => encodeURIComponent(character));
}

function queryMap(query: string): Value {
  const values = new Map<MapKey, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "" || pair.includes(";")) continue;
    const equals = pair.indexOf("=");
    const [key, value] = equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    const name = unescaped(key.replaceAll("+", " "));
    values.set(name, [...(values.get(name) ?? []), unescaped(value.replaceAll("+", " "))]);
  }
  return new PlainMap(new Map([...values].map(([key, list]) => [key, new PlainList(list)])));
}

/** Kubernetes' functions for URLs. */
export const urlFunctions: readonly Overload[] = [
  define(
    "url",
    "(string): kubernetes.URL",
    [isText],
    parseUrl,
    walks(0, 1, (size) => size),
  ),
  define("isURL", "(string): bool", [isText], (text) => urlProblem(text) === undefined),
  define("getScheme", "kubernetes.URL.(): string", [isUrl], ({ scheme }) => scheme),
  define("getHost", "kubernetes.URL.(): string", [isUrl], ({ host }) => host),
  define("getHostname", "kubernetes.URL.(): string", [isUrl], ({ host }) => hostname(host)),
  define("getPort", "kubernetes.URL.(): string", [isUrl], ({ host }) => /:(\d*)$/.exec(host)?.[1] ?? ""),
  define("getEscapedPath", "kubernetes.URL.(): string", [isUrl], ({ path }) => escapedPath(path)),
  define("getQuery", "kubernetes.URL.(): map<string, list<string>>", [isUrl], ({ query }) => queryMap(query)),
];
