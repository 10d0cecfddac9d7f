import { SporeError } from "../../base/errors.ts";
import type { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import { type InstallCrdOptions, installCrd } from "./install-crd.ts";

interface Surroundings extends InstallCrdOptions {
  readonly crds: readonly CustomResourceDefinition[];
  /** Brings a CRD into effect. */
  readonly settle: (name: string) => Promise<void>;
}

/** Sees that the CRDs that this program brings are there: at the start, and again when somebody had them deleted with all of their objects. */
export class OwnDefinitions {
  readonly #at: Surroundings;
  readonly #returning = new Set<Promise<void>>();
  #isOver = false;

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
  }

  /** @throws SporeError as `installCrd`. */
  async install(): Promise<void> {
    for (const crd of this.#at.crds) {
      await installCrd(crd, this.#at);
      await this.#at.settle(crd.metadata.name);
    }
  }

  /** Tells that a CRD is gone. One of ours comes back, empty: controllers wait for its kind. */
  gone(name: string): void {
    const crd = this.#at.crds.find(({ metadata }) => metadata.name === name);
    if (crd === undefined || this.#isOver) return;
    const returning = this.#return(crd).finally(() => this.#returning.delete(returning));
    this.#returning.add(returning);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#returning);
  }

  async #return(crd: CustomResourceDefinition): Promise<void> {
    const { name } = crd.metadata;
    this.#at.log.warn(
      { crd: name },
      "a CustomResourceDefinition of SPORE was deleted with all of its objects; it is created again, empty",
    );
    try {
      await installCrd(crd, this.#at);
    } catch (error) {
      const advice = new SporeError(
        "SPORE_INTERNAL",
        `${name} could not be created again; it is at the next start of spored`,
        {},
        { cause: error },
      );
      if (!this.#isOver)
        this.#at.log.error({ crd: name, err: advice }, "a CustomResourceDefinition of SPORE is missing");
    }
  }
}
