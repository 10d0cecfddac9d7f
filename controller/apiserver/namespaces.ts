import { Namespace } from "../api/core-kinds.ts";
import { forbiddenObject } from "./call.ts";
import { type Collection, notFound } from "./collection.ts";
import { isDeleting } from "./object-meta.ts";
import type { ServedKind } from "./served-kind.ts";

/** There from the start, and never deleted. */
export const firstNamespaces: readonly string[] = ["default", "kube-system"];
/** Never deleted, where they exist. */
export const protectedNamespaces: readonly string[] = [...firstNamespaces, "kube-public"];

/** Sees to it that nothing is created in a namespace that is missing or going away. */
export class Namespaces {
  readonly #collection: Collection;
  /** Creations under way, by namespace. */
  readonly #creating = new Map<string, number>();
  /** Woken when a namespace's last creation is over. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  /**
   * Runs `create` while the namespace is there to stay. Whoever ends the namespace waits for it, so nothing can be stored behind their back.
   *
   * @throws SporeError `SPORE_NOT_FOUND` when the namespace is missing, `SPORE_FORBIDDEN` when it is being deleted.
   */
  async whileActive<T>(
    namespace: string,
    of: { readonly served: ServedKind; readonly name: string },
    create: () => Promise<T>,
  ): Promise<T> {
    // Counted before looking: a deletion that comes after the look sees the count.
    this.#creating.set(namespace, (this.#creating.get(namespace) ?? 0) + 1);
    try {
      const found = await this.#collection.find(undefined, namespace);
      if (found === undefined) throw notFound(Namespace, namespace);
      if (isDeleting(found.object)) throw terminating(namespace, of);
      return await create();
    } finally {
      this.#leave(namespace);
    }
  }

  /** Resolves when no creation is under way in the namespace. To be asked after it was marked as going away. */
  async quiet(namespace: string): Promise<void> {
    if (!this.#creating.has(namespace)) return;
    await new Promise<void>((resolve) => {
      this.#waiting.set(namespace, [...(this.#waiting.get(namespace) ?? []), resolve]);
    });
  }

  #leave(namespace: string): void {
    const left = (this.#creating.get(namespace) ?? 1) - 1;
    if (left > 0) {
      this.#creating.set(namespace, left);
      return;
    }
    this.#creating.delete(namespace);
    for (const wake of this.#waiting.get(namespace) ?? []) wake();
    this.#waiting.delete(namespace);
  }
}

function terminating(namespace: string, { served, name }: { readonly served: ServedKind; readonly name: string }) {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  return forbiddenObject(served, name, why, [{ reason: "NamespaceTerminating", message, field: "metadata.namespace" }]);
}
