import { GitSync, type GitSyncStatus } from "../../api/git-sync.ts";
import { reconcileAnnotation } from "../../api/git-sync-requests.ts";
import { type Key, keyText } from "../../api/meta.ts";
import type { BlobStore } from "../../artifacts/blob-store.ts";
import { backoffDelayMs } from "../../base/backoff.ts";
import { Deadline } from "../../base/deadline.ts";
import { imageMaxBytes } from "../../base/limits.ts";
import type { Random } from "../../base/random.ts";
import type { Client } from "../../client/client.ts";
import type { FirmwareFile } from "../../manifests/firmware-files.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { ControllerSpec } from "../../runtime/controller.ts";
import { desireChanged } from "../../runtime/predicate.ts";
import { done, type ReconcileContext, type Result, requeueAfter } from "../../runtime/reconcile.ts";
import type { Recorder } from "../../runtime/recorder.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { mergeStatus } from "../../runtime/status-writer.ts";
import type { Commit, Mirror } from "../../wires/git/mirror.ts";
import type { Problem } from "../problem.ts";
import { type Brought, bring } from "./bring.ts";
import { type Unready, unreadyOf, unreadyText } from "./health.ts";
import { type InventoryItem, inventoryOf } from "./inventory.ts";
import { type Mirrors, newestCommit } from "./mirrors.ts";
import { problemOf } from "./problems.ts";
import { CommitReader } from "./read-commit.ts";
import { credentialsOf, refuseMissingAccount } from "./references.ts";
import type { ServedKinds } from "./served-kinds.ts";
import { type Settings, settingsOf } from "./settings.ts";

export interface GitSyncDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly blobs: Pick<BlobStore, "stat" | "put">;
  readonly mirrors: Mirrors;
  /** Directories of this machine from which repositories may be read. */
  readonly fileRoots: readonly string[];
  /** The client with the rights of a ServiceAccount, or of GitSyncs that name none. */
  readonly actAs: (account: Key | undefined) => Client;
  readonly kinds: ServedKinds;
}

/** Objects become Ready in seconds or in an hour; whoever waits wants to see it soon. */
const healthPollMs = 2000;
/** After a failure of the network or of a server. */
const retry = { baseMs: 5000, maxMs: 300_000 } as const;
const runTimeoutMs = 35 * 60_000;

/** What a GitSync is remembered by between two runs; all of it may be forgotten. */
interface Memory {
  /** When the repository is looked at again, by the clock's monotonic time. */
  nextLookMs: number;
  failures: number;
  unready: readonly Unready[];
}

/** Keeps objects what the newest commit of a repository says. */
export function gitSyncController(dependencies: GitSyncDependencies): ControllerSpec<GitSync> {
  const memories = new Map<string, Memory>();
  const reader = new CommitReader();
  return {
    name: "git-sync",
    for: GitSync,
    concurrency: 8, // a repository that never answers holds one place for as long as its timeout
    runTimeoutMs,
    when: desireChanged,
    reconcile: async (key, context) => {
      const sync = dependencies.caches.of(GitSync).get(key);
      if (!sync || sync.metadata.deletionTimestamp !== undefined) {
        memories.delete(keyText(key));
        await dependencies.mirrors.forget(key);
        return done;
      }
      const memory = memories.get(keyText(key)) ?? { nextLookMs: Number.NEGATIVE_INFINITY, failures: 0, unready: [] };
      memories.set(keyText(key), memory);
      return await new Run(dependencies, reader, sync, memory, context).run();
    },
  };
}

/** One run for one GitSync. */
class Run {
  readonly #parts: GitSyncDependencies;
  readonly #reader: CommitReader;
  readonly #sync: GitSync;
  readonly #memory: Memory;
  readonly #context: ReconcileContext;
  readonly #draft: StatusDraft<GitSyncStatus>;

  constructor(
    parts: GitSyncDependencies,
    reader: CommitReader,
    sync: GitSync,
    memory: Memory,
    context: ReconcileContext,
  ) {
    this.#parts = parts;
    this.#reader = reader;
    this.#sync = sync;
    this.#memory = memory;
    this.#context = context;
    this.#draft = new StatusDraft<GitSyncStatus>(sync, context.clock);
  }

  async run(): Promise<Result> {
    if (this.#sync.spec.suspend) return await this.#rest();
    const settings = settingsOf(this.#sync, this.#parts.fileRoots);
    if (!settings.ok) return await this.#fail(settings.problem);
    const nowMs = this.#context.clock.monotonic();
    if (nowMs < this.#memory.nextLookMs && !this.#isAsked()) return await this.#watchOver(settings.value);
    try {
      await this.#look(settings.value);
    } catch (error) {
      this.#context.signal.throwIfAborted();
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return await this.#fail(problem, settings.value);
    }
    this.#memory.failures = 0;
    this.#memory.nextLookMs = this.#context.clock.monotonic() + settings.value.intervalMs;
    return await this.#watchOver(settings.value);
  }

  /** Whether a person wants it looked at again, or for the first time since its spec changed. */
  #isAsked(): boolean {
    const { metadata, status } = this.#sync;
    const asked = metadata.annotations?.[reconcileAnnotation];
    return metadata.generation !== status?.observedGeneration || asked !== status?.lastHandledReconcileAt;
  }

  async #look({ url, branch, path, timeoutMs }: Settings): Promise<void> {
    const { clock, signal } = this.#context;
    const { metadata, spec } = this.#sync;
    const namespace = spec.targetNamespace ?? metadata.namespace ?? "";
    const { client: own, mirrors } = this.#parts;
    await refuseMissingAccount(this.#sync, own, signal);
    const mirror = await mirrors.open(metadata, url, await credentialsOf(this.#sync, own, signal));
    using deadline = new Deadline(clock, signal, timeoutMs, `reading ${url.text}`);
    const commit = await newestCommit(mirror, branch, deadline.signal);
    const revision = `${branch}@sha1:${commit.id}`;
    this.#draft.set({ lastAttemptedRevision: revision });
    const { kinds } = this.#parts;
    const kindOf = kinds.kindOf;
    const { read, images } = await this.#reader.read(
      mirror,
      commit.id,
      { path, namespace, lookup: kinds.lookup },
      deadline.signal,
    );
    deadline.lift();
    const client = this.#actor();
    const note = async (items: readonly InventoryItem[]) => {
      await this.#noteItems(items);
      for (const image of images) await this.#store(mirror, commit, image);
    };
    const brought = await bring({ sync: this.#sync, commit: commit.id, read, client, kindOf, note, clock, signal });
    this.#tell(revision, commit, brought);
    this.#draft.set({
      lastAppliedRevision: revision,
      inventory: brought.items,
      objects: brought.items.length,
    });
    this.#memory.unready = await unreadyOf(brought.items, client, kindOf, signal);
  }

  /** Whose rights count. */
  #actor(): Client {
    const { metadata, spec } = this.#sync;
    const { serviceAccountName: name } = spec;
    return this.#parts.actAs(name === undefined ? undefined : { namespace: metadata.namespace ?? "", name });
  }

  /** Written before the first object is: a crash in between must not forget what may have come from here. */
  async #noteItems(items: readonly InventoryItem[]): Promise<void> {
    if (items.length === inventoryOf(this.#sync).length) return;
    const { clock, signal } = this.#context;
    const draft = new StatusDraft<GitSyncStatus>(this.#sync, clock);
    draft.set({ inventory: items });
    await mergeStatus(this.#parts.client, GitSync, draft, { signal });
  }

  async #store(mirror: Mirror, commit: Commit, image: FirmwareFile): Promise<void> {
    const { blobs } = this.#parts;
    if ((await blobs.stat(image.sha256)) !== undefined) return;
    const bytes = await this.#reader.image(mirror, commit.id, image, this.#context.signal);
    await blobs.put(image.sha256, chunksOf(bytes), imageMaxBytes);
  }

  #tell(revision: string, { subject }: Commit, { created, configured, pruned }: Brought): void {
    const isNew = revision !== this.#sync.status?.lastAppliedRevision;
    if (!isNew && created + configured + pruned === 0) return;
    const counts = `${created} created, ${configured} configured, ${pruned} deleted`;
    const message = isNew
      ? `Applied ${shortRevision(revision)} (${subject}): ${counts}.`
      : `Mended what differed from ${shortRevision(revision)}: ${counts}.`;
    this.#parts.recorder.record(this.#sync, { type: "Normal", reason: isNew ? "Applied" : "Corrected", message });
  }

  /** Waits for the next look, and meanwhile for what is not Ready yet. */
  async #watchOver({ intervalMs }: Settings): Promise<Result> {
    const { clock, signal } = this.#context;
    const memory = this.#memory;
    if (memory.unready.length > 0) {
      const { kinds } = this.#parts;
      const items = memory.unready.map(({ item }) => item);
      memory.unready = await unreadyOf(items, this.#actor(), kinds.kindOf, signal);
    }
    const { status } = this.#sync;
    const revision = this.#draft.status.lastAppliedRevision ?? status?.lastAppliedRevision ?? "";
    const total = this.#draft.status.objects ?? status?.objects ?? 0;
    this.#judge(revision, total);
    await this.#write();
    const untilLookMs = Math.max(0, Math.min(intervalMs, memory.nextLookMs - clock.monotonic()));
    return memory.unready.length > 0 && healthPollMs < untilLookMs
      ? requeueAfter(healthPollMs, unreadyText(memory.unready, total))
      : requeueAfter(untilLookMs, "the next look at the repository");
  }

  #judge(revision: string, total: number): void {
    const { unready } = this.#memory;
    const message = `${shortRevision(revision)} is applied. ${unreadyText(unready, total)}`.trim();
    if (unready.length === 0) {
      const good = `${shortRevision(revision)} is applied, and ${total === 1 ? "its object is" : `all ${total} objects are`} Ready.`;
      this.#conditions({ ready: "True", reason: "Applied", message: good });
      return;
    }
    const isStuck = unready.every((each) => each.isStuck);
    this.#conditions({
      ready: "False",
      reason: isStuck ? "ObjectsFailed" : "Progressing",
      message,
      isMoving: !isStuck,
    });
  }

  async #rest(): Promise<Result> {
    this.#conditions({ ready: "Unknown", reason: "Suspended", message: "spec.suspend is set: nothing is looked at." });
    await this.#write();
    return done;
  }

  async #fail(problem: Problem, settings?: Settings): Promise<Result> {
    const { reason, message, remedy } = problem;
    const { clock } = this.#context;
    if (this.#sync.status?.conditions?.find(({ type }) => type === "Ready")?.message !== message) {
      this.#parts.recorder.record(this.#sync, { type: "Warning", reason, message });
    }
    this.#conditions({
      ready: "False",
      reason,
      message,
      isMoving: remedy === "waits",
      isStalled: remedy === "stalled",
    });
    await this.#write();
    if (settings === undefined) return done; // its spec must change first
    this.#memory.failures += 1;
    const delayMs = Math.min(settings.intervalMs, backoffDelayMs(retry, this.#memory.failures, this.#parts.random));
    this.#memory.nextLookMs = clock.monotonic() + delayMs;
    return requeueAfter(delayMs, message);
  }

  #conditions(verdict: SyncVerdict): void {
    const { ready, reason, message, isMoving = false, isStalled = false } = verdict;
    this.#draft.condition({ type: "Ready", status: ready, reason, message });
    if (isMoving) this.#draft.condition({ type: "Reconciling", status: "True", reason, message });
    else this.#draft.removeCondition("Reconciling");
    if (isStalled) this.#draft.condition({ type: "Stalled", status: "True", reason, message });
    else this.#draft.removeCondition("Stalled");
  }

  async #write(): Promise<void> {
    this.#draft.observed();
    this.#draft.set({ lastHandledReconcileAt: this.#sync.metadata.annotations?.[reconcileAnnotation] });
    await mergeStatus(this.#parts.client, GitSync, this.#draft, { signal: this.#context.signal });
  }
}

interface SyncVerdict {
  readonly ready: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly isMoving?: boolean;
  readonly isStalled?: boolean;
}

/** `main@sha1:0123456789ab`. */
function shortRevision(revision: string): string {
  return revision.replace(/(@sha1:[0-9a-f]{12})[0-9a-f]*$/, "$1");
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
