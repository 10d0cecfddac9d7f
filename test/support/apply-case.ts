import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Method } from "../../controller/api/transport.ts";
import { FieldSet } from "../../controller/schema/structured-merge/field-set.ts";
import type { Answer, Asker } from "./api-server.ts";

/**
 * A case of the table in `test/apiserver/apply/cases`: what managers do to one object, one after the other, and what comes of it.
 *
 * A step is `<manager> <verb> [status] [v2] [dry] [strict]: <body>`. Verbs: `creates` (POST), `replaces` (PUT), `merges`, `patches` (JSON patch),
 * `applies` and `forces`. A body need not say what every object says. `then` is `unchanged` when the version stayed, or the refusal.
 */
export interface ApplyCase {
  readonly case: string;
  /** `Run` of `run-crd.yaml` unless it says so. */
  readonly kind?: "Run" | "ConfigMap" | "Secret" | "Namespace" | "Event";
  // biome-ignore lint/suspicious/noExplicitAny: bodies may be anything, also what no API takes
  readonly steps: readonly Readonly<Record<string, any>>[];
  /** Undefined when there is none in the end. */
  readonly object?: unknown;
  /** `<manager>[/update][/status][/v2]`, and the fields it owns. */
  readonly owners?: Readonly<Record<string, readonly string[]>>;
  /** What kube-apiserver 1.34 does instead, where we chose to do otherwise. */
  readonly kubernetes?: string;
}

const cases = new URL("../apiserver/apply/cases/", import.meta.url);

/** The files of the table. */
export const applyTopics = [
  "ownership",
  "conflicts",
  "lists",
  "maps-and-nulls",
  "untyped",
  "updates",
  "status",
  "managed-fields",
  "migration",
  "preconditions",
  "refusals",
  "versions",
  "built-in",
];

export function readCases(topic: string): readonly ApplyCase[] {
  return parse(readFileSync(fileURLToPath(new URL(`${topic}.yaml`, cases)), "utf8"));
}

/** The definition of the kind that most cases are about. */
// biome-ignore lint/suspicious/noExplicitAny: a manifest, to be sent or read
export function runCrd(): any {
  return parse(readFileSync(fileURLToPath(new URL("run-crd.yaml", cases)), "utf8"));
}

const kinds = {
  Run: { apiVersion: "apply.example.org/v1", url: "/apis/apply.example.org/v1/namespaces/default/runs" },
  ConfigMap: { apiVersion: "v1", url: "/api/v1/namespaces/default/configmaps" },
  Secret: { apiVersion: "v1", url: "/api/v1/namespaces/default/secrets" },
  Event: { apiVersion: "v1", url: "/api/v1/namespaces/default/events" },
  Namespace: { apiVersion: "v1", url: "/api/v1/namespaces" },
} as const;

/** Plays a case on a server, as the object `name`, and tells what happened in the form of the table. */
export async function played(
  ask: Asker,
  { case: title, kind = "Run", steps }: ApplyCase,
  name: string,
): Promise<ApplyCase> {
  const { apiVersion, url } = kinds[kind];
  const told = [];
  for (const step of steps) {
    const [[act = "", body] = []] = Object.entries(step).filter(([key]) => key !== "then");
    const before = (await ask.get(`${url}/${name}`)).json;
    const flags = new Set(act.split(" "));
    const version = flags.has("v2") ? apiVersion.replace("v1", "v2") : apiVersion;
    const answer = await send(ask, act, {
      url: flags.has("v2") ? url.replace("/v1/", "/v2/") : url,
      name,
      base: { apiVersion: version, kind },
      body,
      live: before,
    });
    const after = (await ask.get(`${url}/${name}`)).json;
    const then = thenOf(answer, before, after, name);
    told.push({ [act]: body, ...(then !== undefined && { then }) });
  }
  const { status, json } = await ask.get(`${url}/${name}`);
  await ask.delete(`${url}/${name}`);
  const kept = kind === "Run" ? {} : { kind };
  return {
    case: title,
    ...kept,
    steps: told,
    ...(status === 200 && { object: shown(json, name), owners: owners(json) }),
  };
}

interface Sending {
  readonly url: string;
  readonly name: string;
  readonly base: object;
  // biome-ignore lint/suspicious/noExplicitAny: see `ApplyCase`
  readonly body: any;
  // biome-ignore lint/suspicious/noExplicitAny: an answer
  readonly live: any;
}

function send(ask: Asker, act: string, { url, name, base, body, live }: Sending): Promise<Answer> {
  const [manager = "", verb, ...flags] = act.split(" ");
  const query = new URLSearchParams();
  if (manager !== "nobody") query.set("fieldManager", manager);
  if (verb === "forces") query.set("force", "true");
  if (flags.includes("dry")) query.set("dryRun", "All");
  if (flags.includes("strict")) query.set("fieldValidation", "Strict");
  if (flags.includes("ignoring")) query.set("fieldValidation", "Ignore");
  const object = `${url}/${name}${flags.includes("status") ? "/status" : ""}?${query}`;
  const whole =
    typeof body === "string"
      ? body.replaceAll("NAME", name)
      : { ...base, ...body, metadata: { name, ...body?.metadata } };
  const request = (method: Method, to: string, type: string, sent: unknown) =>
    ask.send(method, to, { body: sent, headers: { "content-type": type } });
  switch (verb) {
    case "creates":
      return request("POST", `${url}?${query}`, "application/json", whole);
    case "replaces": {
      const resourceVersion = live.metadata?.resourceVersion;
      const metadata = { resourceVersion, ...whole.metadata };
      return request("PUT", object, "application/json", { ...whole, metadata });
    }
    case "merges":
      return request("PATCH", object, "application/merge-patch+json", body);
    case "patches":
      return request("PATCH", object, "application/json-patch+json", body);
    case "applies":
    case "forces":
      return request("PATCH", object, "application/apply-patch+yaml", whole);
    default:
      throw new TypeError(`no step ${act}`);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers
function thenOf(answer: Answer, before: any, after: any, name: string): string | undefined {
  if (answer.status >= 400) return refusalOf(answer).replaceAll(name, "NAME");
  if (answer.status === 201 && before.kind !== "Status") return "created, though it was there";
  return before.metadata?.resourceVersion === after.metadata?.resourceVersion ? "unchanged" : undefined;
}

/** Where kube-apiserver says that it is at fault itself, we say that the request is; it shows values as Go does, and names fields in any order. */
function refusalOf({ status, json, text }: Answer): string {
  const message: string = json?.message ?? text;
  const [first = "", ...more] = message.replaceAll(/, got .*/g, "").split("\n");
  return [`${status === 500 ? 400 : status} ${first}`, ...more.sort()].join("\n");
}

// biome-ignore lint/suspicious/noExplicitAny: any object
function shown(object: any, name: string): unknown {
  const { apiVersion: _, kind: _k, metadata, ...rest } = object;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  const meta = { labels, annotations, finalizers, ownerReferences };
  const told = Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== undefined));
  const text = JSON.stringify({ ...(Object.keys(told).length > 0 && { metadata: told }), ...rest });
  return JSON.parse(text.replaceAll(name, "NAME"));
}

// biome-ignore lint/suspicious/noExplicitAny: any object
function owners(object: any): Record<string, readonly string[]> {
  // biome-ignore lint/suspicious/noExplicitAny: any entry
  const entries = (object.metadata.managedFields ?? []).map((entry: any) => {
    const version = entry.apiVersion.endsWith("v2") ? "/v2" : "";
    const operation = entry.operation === "Update" ? "/update" : "";
    const subresource = entry.subresource ? `/${entry.subresource}` : "";
    const name = `${entry.manager}${operation}${subresource}${version}${entry.time ? "" : " (untimed)"}`;
    return [name, [...(FieldSet.fromFieldsV1(entry.fieldsV1)?.paths() ?? ["unreadable"])].sort()];
  });
  return Object.fromEntries(entries.sort());
}
