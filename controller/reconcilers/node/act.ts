import { keyOf } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { backoffDelayMs } from "../../base/backoff.ts";
import type { JsonValue } from "../../base/json.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Random } from "../../base/random.ts";
import type { Observation, Outcome, Target } from "../../drivers/driver.ts";
import type { ReconcileContext } from "../../runtime/reconcile.ts";
import { metSomebodyElse } from "./attempts.ts";
import { tokenKey } from "./config-hash.ts";
import { knownConfigs } from "./desired.ts";
import { tokenFor } from "./device-token.ts";
import { actionBackoff, noteFailure } from "./failures.ts";
import type { NodeMemory, Refusable } from "./memory.ts";
import { openOperation } from "./new-operation.ts";
import { performOn } from "./perform.ts";
import { notSupported, type Plan } from "./plan.ts";
import type { NodeDependencies, NodeWork } from "./work.ts";

const repeatWindowMs = 60_000;

/** Where to send an action, under the device's own name and with its token. Undefined while the device was not seen. */
export function actionTarget({ caches }: NodeDependencies, work: NodeWork): Target | undefined {
  const { where, memory, node } = work;
  const { observation } = memory;
  if (!where.target || !observation) return undefined;
  const sources = observation.needsToken === true ? knownConfigs(node, caches).map(({ values }) => values) : [];
  const token = tokenFor(observation, sources, memory.refusedTokens);
  const { address, port } = where.target;
  if (token === undefined) delete memory.shownToken;
  else memory.shownToken = token;
  return { address, port, identity: observation.identity, ...(token !== undefined && { token }) };
}

/** Restarts the device under an operation, as an install is; the end of it is seen and not believed. */
export async function restart(
  dependencies: NodeDependencies,
  work: NodeWork,
  target: Target,
  context: ReconcileContext,
): Promise<Outcome | undefined> {
  const { client, caches, recorder } = dependencies;
  const current = caches.of(Node).get(keyOf(work.node));
  if (!current || current.metadata.generation !== work.node.metadata.generation) return undefined;
  const before = work.operation?.kind === "Restart" && work.operation.phase === "Failed" ? work.operation.attempt : 0;
  const intent = { kind: "Restart", attempt: before + 1 } as const;
  work.operation = await openOperation(client, current, intent, work.memory.observation?.bootId, {
    clock: context.clock,
    signal: context.signal,
    describe: () => {},
  });
  recorder.record(work.node, {
    type: "Normal",
    reason: "Restarting",
    message: "Restarting the device.",
    action: "Restart",
  });
  return await performOn(work, target, { kind: "Restart" }, context.signal);
}

/** Pushes the configuration that drifted. */
export async function pushConfig(
  dependencies: NodeDependencies,
  work: NodeWork,
  { target, plan }: { readonly target: Target; readonly plan: Extract<Plan, { kind: "pushConfig" }> },
  context: ReconcileContext,
): Promise<void> {
  const { memory, desired } = work;
  const outcome = await performOn(work, target, { kind: "PushConfig", values: plan.values }, context.signal);
  const keys = Object.keys(plan.values).sort().join(", ");
  const what = {
    refusable: "config",
    wish: wishOf(plan.values),
    done: "ConfigPushed",
    failed: "ConfigFailed",
  } as const;
  if (!settle(dependencies, work, { ...what, outcome, detail: keys, target }, context)) return;
  if (plan.withheld.length === 0 && desired.config) memory.pushedConfigHash = desired.config.hash;
  delete memory.configBaseline;
  // From now on the device asks for the token, which only a look can tell.
  if (tokenKey in plan.values) memory.mustLook = true;
  if (memory.observation) memory.observation = withConfig(memory.observation, plan.values);
}

/** Sets and removes labels. */
export async function setLabels(
  dependencies: NodeDependencies,
  work: NodeWork,
  { target, plan }: { readonly target: Target; readonly plan: Extract<Plan, { kind: "setLabels" }> },
  context: ReconcileContext,
): Promise<boolean> {
  const { memory } = work;
  const { labels, remove } = plan;
  const outcome = await performOn(work, target, { kind: "SetLabels", labels, remove }, context.signal);
  const detail = [
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...remove.map((key) => `${key}-`),
  ].join(", ");
  const wish = wishOf({ labels: { ...labels }, remove });
  const what = { refusable: "labels", wish, done: "LabelsSet", failed: "LabelsFailed" } as const;
  if (!settle(dependencies, work, { ...what, outcome, detail, target }, context)) return false;
  if (!memory.observation) return true;
  const kept = Object.entries(memory.observation.labels ?? {}).filter(([key]) => !remove.includes(key));
  memory.observation = { ...memory.observation, labels: { ...Object.fromEntries(kept), ...labels } };
  return true;
}

/** What was refused, in the words of the wish; another wish is another matter. */
export function wishOf(wish: Readonly<Record<string, JsonValue>>): string {
  return canonicalJson({ ...wish });
}

interface Settlement {
  readonly refusable: Refusable;
  readonly wish: string;
  readonly outcome: Outcome;
  readonly done: string;
  readonly failed: string;
  /** Keys or labels; never values from Secrets. */
  readonly detail: string;
  readonly target: Target;
}

const noEffect = { reason: "NoEffect", message: "The device confirmed it and shows no effect." };

/**
 * Draws the consequences of a small action. That a device has no way to do it is a fact about the device and no failure: the conditions say
 * so, and no event.
 *
 * @returns whether it was carried out.
 */
function settle(
  { recorder, random }: NodeDependencies,
  { memory, node }: NodeWork,
  { refusable, wish, outcome, done, failed, detail, target }: Settlement,
  { clock }: ReconcileContext,
): boolean {
  memory.unconfirmed = true;
  if (outcome.kind === "done") {
    memory.failures = 0;
    delete memory.lastFailure;
    memory.retryAtMs = repeatDelayMs(memory, refusable, wish, clock.monotonic(), random);
    if (memory.retryAtMs > 0) memory.lastFailure = noEffect;
    recorder.record(node, { type: "Normal", reason: done, message: `Sent to the device: ${detail}.` });
    return true;
  }
  const { reason, message } = outcome;
  memory.mustLook = true;
  if (outcome.kind === "refused" && reason === notSupported) {
    memory.refused.set(refusable, { wish, problem: { remedy: "stalled", reason, message } });
    return false;
  }
  if (reason === "Unauthorized" && target.token !== undefined && !memory.refusedTokens.has(target.token)) {
    memory.refusedTokens.add(target.token);
  } else if (outcome.kind === "refused" && !metSomebodyElse(reason)) {
    memory.refused.set(refusable, { wish, problem: { remedy: "stalled", reason, message } });
  }
  noteFailure(memory, { reason, message }, clock, random);
  recorder.record(node, { type: "Warning", reason: failed, message: `${reason}: ${message} (${detail})` });
  return false;
}

/**
 * A device that says "done" and shows no effect is not written to without end: the same wish again within a minute waits ever longer.
 *
 * @returns the monotonic time before which nothing more is written; 0 when it does not matter.
 */
function repeatDelayMs(memory: NodeMemory, refusable: Refusable, wish: string, nowMs: number, random: Random): number {
  const last = memory.carriedOut.get(refusable);
  const again = last?.wish === wish && nowMs - last.atMs < repeatWindowMs * last.times;
  const times = again ? last.times + 1 : 1;
  memory.carriedOut.set(refusable, { wish, atMs: nowMs, times });
  return again ? nowMs + backoffDelayMs(actionBackoff, times - 1, random) : 0;
}

/** The observation as it would be after the push, so that one look after several writes is enough. */
function withConfig(observation: Observation, values: Readonly<Record<string, JsonValue>>): Observation {
  const { config } = observation;
  if (config?.kind !== "values") return observation;
  const shown = Object.entries(values).filter(([key]) => !config.masked.includes(key) && key !== tokenKey);
  return { ...observation, config: { ...config, values: { ...config.values, ...Object.fromEntries(shown) } } };
}
