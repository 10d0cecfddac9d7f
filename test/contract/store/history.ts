import fc from "fast-check";
import { expect, it } from "vitest";
import { isSporeError } from "../../../controller/base/errors.ts";
import type { Change, Store } from "../../../controller/store/store.ts";
import { isLongRun } from "../../support/long-run.ts";
import { StoreModel } from "./model.ts";
import { list, put, remove, show } from "./notation.ts";
import { keeping, type OpenStore } from "./setup.ts";

const keys = ["/a", "/a/1", "/a/2", "/a/é", "/a/\u{1f331}", "/a0", "/b/1", "/b/2"] as const;
const prefixes = ["", "/a", "/a/", "/b/"] as const;
/** Written once, at the end, by one commit; every prefix has one. */
const lastKeys = ["/a/~", "/b/~"] as const;
/** Few, so that most histories outgrow them. */
const keptRevisions = 6;
const longRuns = isLongRun ? 10 : 1;

type PlannedChange = { key: string; value: string | undefined; expect: "any" | "none" | "current" | "stale" };
type Step =
  | { kind: "commits"; commits: readonly (readonly PlannedChange[])[]; watch: string | undefined }
  | { kind: "range"; prefix: string; back: number; limit: number }
  | { kind: "watch"; prefix: string; back: number }
  | { kind: "compact"; back: number };

const change: fc.Arbitrary<PlannedChange> = fc.record({
  key: fc.constantFrom(...keys),
  value: fc.option(fc.string({ maxLength: 4 }), { nil: undefined }),
  expect: fc.constantFrom("any", "any", "none", "current", "current", "stale"),
});
const commit = fc.uniqueArray(change, { minLength: 1, maxLength: 3, selector: ({ key }) => key });
const back = fc.nat({ max: 2 * keptRevisions });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("commits" as const),
      commits: fc.array(commit, { minLength: 1, maxLength: 5 }),
      watch: fc.option(fc.constantFrom(...prefixes), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("range" as const),
      prefix: fc.constantFrom(...prefixes),
      back,
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("watch" as const), prefix: fc.constantFrom(...prefixes), back }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const), back }) },
);

/** Any history, against a model that keeps everything. */
export function historyContract(open: OpenStore, runs: number): void {
  it("answers any history as a model does that never forgets, and watches lose, repeat and reorder nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await using store = await keeping(open, keptRevisions);
        const run = new Run(store);
        for (const each of steps) await run.take(each);
        await run.end();
      }),
      { numRuns: runs * longRuns },
    );
  });
}

interface RunningWatch {
  readonly prefix: string;
  readonly after: number;
  /** Whether the store may say that `after` is too long ago. */
  readonly mayExpire: boolean;
  readonly seen: string[];
  readonly done: Promise<"ended" | "expired">;
}

class Run {
  readonly #store: Store;
  readonly #model = new StoreModel();
  readonly #watches: RunningWatch[] = [];
  /** Below it everything must be expired, since somebody asked for that. */
  #floor = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "commits":
        return this.#commit(step.commits, step.watch);
      case "range":
        return this.#range(step.prefix, Math.max(0, this.#model.head - step.back), step.limit);
      case "watch":
        this.#watch(step.prefix, Math.max(0, this.#model.head - step.back));
        return;
      case "compact":
        return this.#compact(Math.max(0, this.#model.head - step.back));
    }
  }

  /** Makes each watch see a last event, and compares all that it saw. */
  async end(): Promise<void> {
    const last = lastKeys.map((key) => put(key, "end"));
    const revision = await this.#store.commit(last);
    expect(this.#model.commit(last)).toBe(revision);
    for (const { prefix, after, mayExpire, seen, done } of this.#watches) {
      const outcome = await done;
      if (outcome === "expired") expect(mayExpire, `a watch after ${after} expired`).toBe(true);
      else expect(seen).toEqual(this.#model.events(prefix, after));
    }
  }

  async #commit(planned: readonly (readonly PlannedChange[])[], watch: string | undefined): Promise<void> {
    const commits = planned.map((changes) => changes.map((each) => this.#resolve(each)));
    const answers = commits.map((changes) => this.#store.commit(changes).catch(conflict));
    if (watch !== undefined) this.#watch(watch, this.#model.head);
    const expected = commits.map((changes) => this.#model.commit(changes));
    expect(await Promise.all(answers)).toEqual(expected);
    expect(await this.#store.revision()).toBe(this.#model.head);
  }

  #resolve({ key, value, expect: wanted }: PlannedChange): Change {
    const current = this.#model.revisionOf(key);
    const revision = { any: undefined, none: 0, current, stale: current + 1 }[wanted];
    return value === undefined ? remove(key, revision) : put(key, value, revision);
  }

  async #range(prefix: string, at: number, limit: number): Promise<void> {
    const expected = this.#model.entries(prefix, at);
    try {
      const lines: string[] = [];
      let after: string | undefined;
      do {
        const page = await this.#store.range(prefix, { at, limit, ...(after === undefined ? {} : { after }) });
        lines.push(...list(page));
        expect(page.remaining).toBe(expected.length - lines.length);
        after = page.remaining > 0 ? page.entries.at(-1)?.key : undefined;
      } while (after !== undefined);
      expect(lines).toEqual(expected);
      expect(at).toBeGreaterThanOrEqual(this.#floor);
    } catch (error) {
      if (!isSporeError(error, "SPORE_EXPIRED")) throw error;
      expect(this.#mayExpire(at)).toBe(true);
    }
  }

  #watch(prefix: string, after: number): void {
    const seen: string[] = [];
    const lastKey = lastKeys.findLast((key) => key.startsWith(prefix));
    const events = this.#store.watch(prefix, after, new AbortController().signal);
    const collect = async () => {
      try {
        for await (const event of events) {
          seen.push(show(event));
          if (event.key === lastKey) break;
        }
        return "ended" as const;
      } catch (error) {
        if (isSporeError(error, "SPORE_EXPIRED")) return "expired" as const;
        throw error;
      }
    };
    this.#watches.push({ prefix, after, mayExpire: this.#mayExpire(after), seen, done: collect() });
  }

  async #compact(revision: number): Promise<void> {
    await this.#store.compact(revision);
    this.#floor = Math.max(this.#floor, Math.min(revision, this.#model.head - keptRevisions));
  }

  #mayExpire(revision: number): boolean {
    return revision < this.#model.head - keptRevisions;
  }
}

function conflict(error: unknown): "conflict" {
  if (isSporeError(error, "SPORE_CONFLICT")) return "conflict";
  throw error;
}
