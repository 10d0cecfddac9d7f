import { stringify } from "yaml";
import { findCondition } from "../../api/conditions.ts";
import { Event } from "../../api/core-kinds.ts";
import type { Kind } from "../../api/kind.ts";
import { LiveNode } from "../../api/live-node.ts";
import type { Condition, Resource } from "../../api/meta.ts";
import { Node, type NodeStatus } from "../../api/node.ts";
import { isSporeError } from "../../base/errors.ts";
import { clusterEventsNamespace } from "../cluster-events.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { ageText } from "../output/age-text.ts";
import { columns } from "../output/columns.ts";
import { eventTime } from "../output/event-time.ts";
import { paint } from "../output/paint.ts";
import { singleLine } from "../output/safe-text.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { readObject, scopeOf } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { readTargets } from "../session/targets.ts";

/** Any object of ours, as far as this page looks into it. */
interface Described extends Resource {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly Condition[] };
  readonly data?: Readonly<Record<string, string>>;
}

/** `sporectl describe KIND NAME…`. */
export const describe: Command = {
  define(program, io, finish) {
    program
      .command("describe")
      .description(
        "Show objects whole: what they should be, what they are, live figures, what they wait for, and events.",
      )
      .argument("<what...>", "KIND [NAME…] or KIND/NAME…")
      .action(async (words: string[], _options, command) => {
        finish(await runDescribe(words, command.optsWithGlobals(), io));
      });
  },
};

async function runDescribe(words: readonly string[], options: GlobalOptions, io: Io): Promise<number> {
  await using session = await openSession(options, io);
  let first = true;
  for (const { kind, name } of readTargets(words, session.names)) {
    for (const object of await objectsOf(kind, name, session, io)) {
      if (!first) io.out.write("\n\n");
      first = false;
      io.out.write(await page(kind, object, session, io));
    }
  }
  if (first) io.err.write("No resources found.\n");
  return exitCodes.done;
}

async function objectsOf(
  kind: Kind,
  name: string | undefined,
  session: Session,
  io: Io,
): Promise<readonly Described[]> {
  if (name !== undefined) return [await readObject(kind, name, session, io.signal)];
  return (await session.client.list(kind, scopeOf(kind, session.namespace), io.signal)).items;
}

async function page(kind: Kind, object: Described, session: Session, io: Io): Promise<string> {
  const { metadata, spec, status, data } = object;
  const { conditions = [], ...rest } = status ?? {};
  const head = [
    ["Name:", metadata.name],
    ...(metadata.namespace === undefined ? [] : [["Namespace:", metadata.namespace]]),
    ["Kind:", `${object.kind} (${object.apiVersion})`],
    ["Created:", `${metadata.creationTimestamp ?? "?"} (${ageText(metadata.creationTimestamp, io)} ago)`],
    ...labelRows(metadata.labels ?? {}),
  ];
  const sections = [
    columns(head),
    section("Should be", spec),
    section("Data", kind.kind === "Secret" ? sizesOf(data) : data),
    section("Is", Object.keys(rest).length === 0 ? undefined : readable(rest)),
    await liveSection(kind, metadata.name, session, io),
    conditionSection(conditions, io),
    waitingFor(conditions, io),
    await eventSection(object, session, io),
  ];
  return sections.filter((text) => text !== "").join("\n");
}

/** A line each, in order: people look one up. */
function labelRows(labels: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  const pairs = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  return (pairs.length === 0 ? ["<none>"] : pairs).map((pair, index) => [index === 0 ? "Labels:" : "", pair]);
}

function section(title: string, value: unknown): string {
  if (value === undefined) return "";
  const body = stringify(value).replace(/^(?=.)/gm, "  ");
  return `${title}:\n${body}`;
}

/** Endpoints as one would type them, a line each. */
function readable(status: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { endpoints } = status as NodeStatus;
  return endpoints ? { ...status, endpoints: endpoints.map(({ method, uri }) => `${method} ${uri}`) } : status;
}

/** A Secret's values are nobody's business on a screen. */
function sizesOf(data: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> | undefined {
  if (!data) return undefined;
  const sizes = Object.entries(data).map(([key, value]) => [key, `${Buffer.from(value, "base64").length} bytes`]);
  return Object.fromEntries(sizes);
}

async function liveSection(kind: Kind, name: string, session: Session, io: Io): Promise<string> {
  if (kind.group !== Node.group || kind.plural !== Node.plural) return "";
  try {
    const live = await session.client.get(LiveNode, { name }, io.signal);
    return live ? section("Live", live.status) : "";
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND") || isSporeError(error, "SPORE_FORBIDDEN")) return "";
    throw error;
  }
}

function conditionSection(conditions: readonly Condition[], io: Io): string {
  if (conditions.length === 0) return "";
  const rows = conditions.map(({ type, status, reason, lastTransitionTime, message }) => [
    `  ${type}`,
    status,
    reason,
    ageText(lastTransitionTime, io),
    message,
  ]);
  return `Conditions:\n${columns([["  TYPE", "STATUS", "REASON", "FOR", "MESSAGE"], ...rows])}`;
}

/** The one sentence that a person looks for. */
function waitingFor(conditions: readonly Condition[], io: Io): string {
  const stalled = findCondition(conditions, "Stalled");
  if (stalled?.status === "True") return `${paint(io.out, "red", "Stalled:")} ${singleLine(stalled.message)}\n`;
  const reconciling = findCondition(conditions, "Reconciling");
  if (reconciling?.status === "True")
    return `${paint(io.out, "yellow", "Waits for:")} ${singleLine(reconciling.message)}\n`;
  return "";
}

async function eventSection(object: Described, session: Session, io: Io): Promise<string> {
  const { name, namespace, uid } = object.metadata;
  const terms = [
    `involvedObject.name=${name}`,
    `involvedObject.kind=${object.kind}`,
    ...(uid ? [`involvedObject.uid=${uid}`] : []),
  ];
  const where = { namespace: namespace ?? clusterEventsNamespace, fieldSelector: terms.join(",") };
  const { items } = await session.client.list(Event, where, io.signal);
  if (items.length === 0) return "Events: <none>\n";
  const rows = [...items]
    .sort((a, b) => (eventTime(a) < eventTime(b) ? -1 : 1))
    .map((event) => [
      `  ${event.type ?? "Normal"}`,
      event.reason ?? "",
      `${ageText(eventTime(event), io)}${(event.count ?? 1) > 1 ? ` (x${event.count})` : ""}`,
      event.reportingComponent || event.source?.component || "",
      event.message ?? "",
    ]);
  return `Events:\n${columns([["  TYPE", "REASON", "AGE", "FROM", "MESSAGE"], ...rows])}`;
}
