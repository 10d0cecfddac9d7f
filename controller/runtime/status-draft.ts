import { type Verdict, withCondition, withoutCondition } from "../api/conditions.ts";
import type { Condition, Resource } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";

/** What every status of ours has. */
export interface ConditionedStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Some fields of a status; undefined removes one. */
export type StatusFields<S> = { readonly [F in keyof S]?: S[F] | undefined };

/** What the steps of a reconciler want the status to say. Collects only; `writeStatus` sends what differs from the object. */
export class StatusDraft<S extends ConditionedStatus> {
  readonly object: Resource & { readonly status?: S };
  readonly #clock: Clock;
  readonly #fields: StatusFields<S>[] = [];
  readonly #verdicts = new Map<string, Verdict | undefined>();
  #observed = false;

  constructor(object: Resource & { readonly status?: S }, clock: Clock) {
    this.object = object;
    this.#clock = clock;
  }

  /** Sets whole fields. `conditions` and `observedGeneration` have methods of their own. */
  set(fields: StatusFields<Omit<S, "conditions" | "observedGeneration">>): void;
  set(fields: StatusFields<S>): void {
    this.#fields.push(fields);
  }

  condition(verdict: Verdict): void {
    this.#verdicts.set(verdict.type, verdict);
  }

  removeCondition(type: string): void {
    this.#verdicts.set(type, undefined);
  }

  /** Says that this status answers the spec of the object it was made from. */
  observed(): void {
    this.#observed = true;
  }

  /** The status as it should be, over that of `object`: the one the draft was made from, or a newer state of it. */
  over(object: { readonly status?: S }): StatusFields<S> & ConditionedStatus {
    const { generation = 0 } = this.object.metadata;
    const now = new Date(this.#clock.now());
    let conditions = object.status?.conditions ?? [];
    for (const [type, verdict] of this.#verdicts) {
      conditions = verdict ? withCondition(conditions, verdict, generation, now) : withoutCondition(conditions, type);
    }
    return Object.assign(
      {},
      object.status,
      ...this.#fields,
      this.#observed ? { observedGeneration: generation } : {},
      conditions.length > 0 || object.status?.conditions ? { conditions } : {},
    );
  }

  /** The status as it should be. */
  get status(): StatusFields<S> & ConditionedStatus {
    return this.over(this.object);
  }
}
