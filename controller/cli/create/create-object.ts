import type { Command as Parser } from "commander";
import type { Kind } from "../../api/kind.ts";
import type { Resource } from "../../api/meta.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { scopeOf } from "../session/objects.ts";
import { openSession } from "../session/session.ts";
import { dryRunOption, readDryRun } from "../write/dry-run.ts";
import { Outcome } from "../write/outcome.ts";

export interface CreateObjectOptions extends GlobalOptions {
  readonly fieldManager: string;
  readonly dryRun?: string;
  readonly output?: string;
}

/** Adds what every `sporectl create KIND NAME` takes. */
export function addCreateOptions(parser: Parser): Parser {
  return parser
    .option("--field-manager <name>", "under which name the fields are recorded", "kubectl-create")
    .option(...dryRunOption)
    .option("-o, --output <format>", "show the object: json, yaml or name");
}

/** Makes one object, or with `--dry-run=client -o yaml` only writes it down. */
export async function createObject(
  kind: Kind,
  { apiVersion, kind: name, metadata, ...rest }: Resource,
  options: CreateObjectOptions,
  io: Io,
): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  const outcome = new Outcome(io, { ...options, dryRun, done: "created" });
  if (dryRun === "client") {
    const namespace = options.namespace === undefined ? {} : scopeOf(kind, options.namespace);
    outcome.say({ apiVersion, kind: name, metadata: { ...metadata, ...namespace }, ...rest }, "created");
    return outcome.end(1);
  }
  await using session = await openSession(options, io);
  const object = { apiVersion, kind: name, metadata: { ...metadata, ...scopeOf(kind, session.namespace) }, ...rest };
  const write = { signal: io.signal, dryRun: dryRun === "server", fieldManager: options.fieldManager };
  outcome.say(await session.client.create(kind, object, write), "created");
  return outcome.end(1);
}
