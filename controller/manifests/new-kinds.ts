import { findCondition } from "../api/conditions.ts";
import { isSameResource, type Kind, resourceName } from "../api/kind.ts";
import { keyOf } from "../api/meta.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import type { Manifest } from "./manifest.ts";
import type { ObjectApi } from "./object-api.ts";

/** How waiting is done. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const pollMs = 50;
const servedWithinMs = 30_000;

/** The kinds that CRDs among some manifests bring, and that the server does not have yet. */
export class NewKinds {
  readonly #names: ReadonlySet<string>;
  readonly #served = new Set<string>();

  private constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  static async among(manifests: readonly Manifest[], api: ObjectApi): Promise<NewKinds> {
    const names: string[] = [];
    for (const { kind, object } of manifests) {
      if (!isSameResource(kind, CustomResourceDefinition)) continue;
      if ((await api.read(kind, keyOf(object))) === undefined) names.push(object.metadata.name);
    }
    return new NewKinds(names);
  }

  /** A CRD bears the name of its resource. */
  has(kind: Kind): boolean {
    return this.#names.has(resourceName(kind));
  }

  /**
   * Resolves once the server serves the kind of `manifest`.
   *
   * @throws SporeError `SPORE_TIMEOUT` with what the CRD's conditions say.
   */
  async served({ kind, object }: Manifest, api: ObjectApi, { clock, signal }: Patience): Promise<void> {
    const name = resourceName(kind);
    const until = clock.monotonic() + servedWithinMs;
    while (!this.#served.has(name)) {
      const crd = await api.read(CustomResourceDefinition, { name });
      const conditions = crd?.status?.conditions ?? [];
      if (findCondition(conditions, "Established")?.status === "True" && (await answers(kind, keyOf(object), api))) {
        this.#served.add(name);
      } else if (clock.monotonic() > until) {
        const faults = conditions.filter(({ status }) => status !== "True").map(({ message }) => message);
        throw new SporeError(
          "SPORE_TIMEOUT",
          `${name} is not served ${servedWithinMs / 1000} s after its CustomResourceDefinition was written${faults.length > 0 ? `: ${faults.join("; ")}` : ""}`,
        );
      } else await sleep(clock, pollMs, signal);
    }
  }
}

/** Established comes a moment before the addresses are there. */
async function answers(kind: Kind, key: Parameters<ObjectApi["read"]>[1], api: ObjectApi): Promise<boolean> {
  try {
    await api.read(kind, key);
    return true;
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return false;
    throw error;
  }
}
