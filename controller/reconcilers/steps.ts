import { done, type ReconcileContext, type Result } from "../runtime/reconcile.ts";

/** One part of a reconcile run. Answers `next`, or with what to do instead of the steps that follow. */
export type Step<W> = (work: W, context: ReconcileContext) => Promise<Result | "next">;

/** Runs the steps until one does not answer `next`. */
export async function inOrder<W>(steps: readonly Step<W>[], work: W, context: ReconcileContext): Promise<Result> {
  for (const step of steps) {
    const answer = await step(work, context);
    if (answer !== "next") return answer;
  }
  return done;
}

/** Calls `act` for every item, at most `parallel` at a time; writes that are in flight together share one flush of the store. */
export async function eachOf<T>(items: readonly T[], parallel: number, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const work = async () => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, work));
}
