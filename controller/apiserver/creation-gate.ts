/** Lets objects be created until it is closed, and tells when the last creation that began before is over. */
export class CreationGate {
  #isOpen = true;
  #underway = 0;
  #idle: (() => void)[] = [];

  /**
   * Runs `create`.
   *
   * @param refusal what to throw once the gate is closed.
   */
  async pass<T>(create: () => Promise<T>, refusal: () => Error): Promise<T> {
    if (!this.#isOpen) throw refusal();
    this.#underway += 1;
    try {
      return await create();
    } finally {
      this.#underway -= 1;
      if (this.#underway === 0) for (const wake of this.#idle.splice(0)) wake();
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets nothing more in. Resolves when what came before is through. */
  async close(): Promise<void> {
    this.#isOpen = false;
    if (this.#underway > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
