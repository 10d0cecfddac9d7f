import { keyOf, type Resource } from "../../api/meta.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { UpdateOptions } from "../../client/client.ts";
import { refuse } from "../../manifests/apply.ts";
import type { Manifest } from "../../manifests/manifest.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { notFound } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { deadline, readTimeout, untilGone } from "../session/until.ts";
import { deletedName } from "../write/deleted-name.ts";
import { type DryRun, dryRunOption, readDryRun } from "../write/dry-run.ts";
import { readFieldValidation, validateOption } from "../write/field-validation.ts";
import { Outcome } from "../write/outcome.ts";
import { placed } from "../write/placed.ts";
import { addSourceOptions, readSources, type SourceOptions } from "../write/sources.ts";
import { warner } from "../write/warner.ts";

interface ReplaceOptions extends GlobalOptions, SourceOptions {
  readonly force?: boolean;
  readonly fieldManager: string;
  readonly subresource?: string;
  readonly validate?: string | boolean;
  readonly dryRun?: string;
  readonly output?: string;
  readonly timeout: string;
}

/** `sporectl replace -f FILE`. */
export const replace: Command = {
  define(program, io, finish) {
    addSourceOptions(
      program
        .command("replace")
        .description(
          "Replace whole objects by what files say; what they leave out is gone. `apply` is nearly always what you want.",
        ),
    )
      .option("--force", "delete and make anew, where an object cannot be changed")
      .option("--field-manager <name>", "under which name the change is recorded", "kubectl-replace")
      .option("--subresource <name>", "status: replace that part alone")
      .option(...validateOption)
      .option(...dryRunOption)
      .option("-o, --output <format>", "show the objects: json, yaml or name")
      .option("--timeout <duration>", "with --force: how long to wait until the old object is gone", "60s")
      .action(async (_options: ReplaceOptions, command) => {
        finish(await runReplace(command.optsWithGlobals(), io));
      });
  },
};

async function runReplace(options: ReplaceOptions, io: Io): Promise<number> {
  const dryRun = readDryRun(options.dryRun);
  const validation = readFieldValidation(options.validate);
  const timeoutMs = readTimeout(options.timeout);
  if (options.subresource !== undefined && options.subresource !== "status") {
    throw new SporeError("SPORE_USAGE", `--subresource=${options.subresource}: no such part`, { hint: "use status" });
  }
  const outcome = new Outcome(io, { ...options, dryRun, done: "replaced" });
  await using session = await openSession(options, io);
  const check = validation === "Strict";
  const { manifests, problems } = await readSources(options, { verb: "replace", check }, session, io);
  refuse(problems);
  const write: UpdateOptions = {
    signal: io.signal,
    dryRun: dryRun === "server",
    fieldManager: options.fieldManager,
    fieldValidation: validation,
    onWarning: warner(io),
    ...(options.subresource === "status" && { subresource: "status" as const }),
  };
  await outcome.interruptible(manifests.length, async () => {
    for (const manifest of manifests) {
      await outcome.attempt(async () => {
        const put = options.force ? remake : putOver;
        outcome.say(await placed(manifest, () => put(manifest, { session, io, write, dryRun, timeoutMs })), "replaced");
      });
    }
  });
  return outcome.end(manifests.length);
}

interface Replacing {
  readonly session: Session;
  readonly io: Io;
  readonly write: UpdateOptions;
  readonly dryRun: DryRun;
  readonly timeoutMs: number;
}

async function putOver({ kind, object }: Manifest, { session, io, write, dryRun }: Replacing): Promise<Resource> {
  const live = await session.client.get(kind, keyOf(object), io.signal);
  if (!live) throw notFound(kind, object.metadata.name);
  const { resourceVersion = live.metadata.resourceVersion ?? "" } = object.metadata;
  const wanted = { ...object, metadata: { ...object.metadata, resourceVersion } };
  return dryRun === "client" ? wanted : session.client.update(kind, wanted, write);
}

/** Between the two writes there is no object. So the server is asked beforehand whether it would take the new one, and a refusal changes nothing. */
async function remake(manifest: Manifest, replacing: Replacing): Promise<Resource> {
  const { kind, object } = manifest;
  const { session, io, write, dryRun, timeoutMs } = replacing;
  const { resourceVersion: _version, uid: _uid, ...metadata } = object.metadata;
  const fresh = { ...object, metadata };
  const live = await session.client.get(kind, keyOf(object), io.signal);
  if (dryRun !== undefined) return live ? putOver({ ...manifest, object: fresh }, replacing) : fresh;
  if (live) {
    await wouldCreate();
    const preconditions = { uid: live.metadata.uid ?? "" };
    const options = { signal: io.signal, propagationPolicy: "Background", preconditions } as const;
    await session.client.delete(kind, keyOf(object), options);
    io.out.write(`${deletedName(kind, live)} deleted\n`);
    using time = deadline(timeoutMs, io, "deleting");
    await untilGone(session.client, kind, live, time.signal);
  }
  return session.client.create(kind, fresh, write);

  async function wouldCreate(): Promise<void> {
    try {
      await session.client.create(kind, fresh, { ...write, dryRun: true });
    } catch (error) {
      if (!isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error; // that it is there is all that is wrong
    }
  }
}
