import type { Clock, Timer } from "../../base/clock.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { anonymous, type User } from "../user.ts";
import type { Authenticator, Presented } from "./authenticator.ts";

interface Bearer {
  readonly presented: Presented;
  readonly user: User;
  readonly gone: AbortController;
}

interface Parts {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So long may a watch outlive the credential that it was opened with. */
const recheckMs = 2000;

/** Looks again and again at the credentials of those who are being answered, and ends the answer of whoever's were taken back, or have run out. */
export class CredentialWatch {
  readonly #parts: Parts;
  readonly #bearers = new Set<Bearer>();
  #timer: Timer | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Watches over one answer, until `gone` aborts; aborts it when `user` is no longer who `presented` proves. */
  add(presented: Presented, user: User, gone: AbortController): void {
    if (user === anonymous || gone.signal.aborted) return;
    const bearer = { presented, user, gone };
    this.#bearers.add(bearer);
    gone.signal.addEventListener("abort", () => this.#remove(bearer), { once: true });
    this.#timer ??= this.#later();
  }

  /** Nothing ticks while nobody is there. */
  #remove(bearer: Bearer): void {
    this.#bearers.delete(bearer);
    if (this.#bearers.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #later(): Timer {
    return this.#parts.clock.after(recheckMs, () => void this.#recheck());
  }

  async #recheck(): Promise<void> {
    for (const bearer of [...this.#bearers]) await this.#recheckOne(bearer);
    this.#timer = this.#bearers.size > 0 ? this.#later() : undefined;
  }

  async #recheckOne({ presented, user, gone }: Bearer): Promise<void> {
    const { authenticator, log } = this.#parts;
    try {
      const now = await authenticator.authenticate(presented, gone.signal);
      if (now.name === user.name) return;
    } catch (error) {
      if (gone.signal.aborted) return;
      // What cannot be asked just now says nothing about the credential.
      if (!isSporeError(error, "SPORE_UNAUTHORIZED")) {
        log.warn({ err: error, user: user.name }, "a credential could not be checked again");
        return;
      }
    }
    log.info({ user: user.name }, "an answer ends: the credential it was asked with counts no longer");
    gone.abort(new SporeError("SPORE_UNAUTHORIZED", "Unauthorized"));
  }
}
