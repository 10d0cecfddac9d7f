import { readFile } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import type { ClusterAccess } from "./kubeconfig.ts";

/** As client-go looks: the tokens of pods are replaced some minutes before they run out. */
const rereadMs = 60_000;

/** The token that requests carry. One that lies in a file is read again from time to time: whoever put it there replaces it. */
export class BearerToken {
  readonly #path: string | undefined;
  readonly #clock: Clock;
  #token: string | undefined;
  #readMs: number;

  constructor({ token, tokenFile }: Pick<ClusterAccess, "token" | "tokenFile">, clock: Clock) {
    this.#path = tokenFile;
    this.#clock = clock;
    this.#token = token;
    this.#readMs = clock.monotonic();
  }

  /** The token to use now; undefined where there is none. */
  async current(): Promise<string | undefined> {
    if (this.#path !== undefined && this.#clock.monotonic() - this.#readMs >= rereadMs) await this.#read(this.#path);
    return this.#token;
  }

  /** @returns whether there is another one, now that the server no longer takes `refused`. */
  async replaced(refused: string): Promise<boolean> {
    if (this.#path !== undefined && this.#token === refused) await this.#read(this.#path);
    return this.#token !== refused;
  }

  /** A file that cannot be read at the moment may be about to be replaced: the token before it may still do. */
  async #read(path: string): Promise<void> {
    this.#readMs = this.#clock.monotonic();
    const text = await readFile(path, "utf8").catch(() => "");
    if (text.trim() !== "") this.#token = text.trim();
  }
}
