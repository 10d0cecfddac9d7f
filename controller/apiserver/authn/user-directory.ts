import { createHash, randomBytes } from "node:crypto";
import { open, readFile, rm, stat } from "node:fs/promises";
import { type Clock, sleep } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { writeFileAtomically } from "../../base/write-file-atomically.ts";
import { authenticatedGroup, type User } from "../user.ts";
import { apiAudience, type TokenAuthenticator, type TokenIdentity } from "./token-authenticator.ts";
import { noRecords, readRecords, recordsText, type TokenRecord, type UserRecords } from "./user-records.ts";

/** Written before each token, so that scanners for leaked secrets can tell what it is. */
const tokenPrefix = "spore_";
/** So long after another process changed the file a change may go unnoticed. */
const staleMaxMs = 1000;
const lockWaitMs = 50;
const lockWaitMaxMs = 5000;
/** A change takes milliseconds: whoever took a lock so long ago is dead. */
const lockStaleMs = 30_000;

interface Bearer {
  readonly user: User;
  readonly expiresAtMs: number;
}

/**
 * The users of a data directory, in a file that `spored user` changes while the server runs. Of tokens only hashes are kept. A token has 256 random bits, so
 * a plain SHA-256 cannot be turned back, and a lookup by hash tells nothing by the time it takes.
 */
export class UserDirectory implements TokenAuthenticator {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #records = noRecords;
  #bearers: ReadonlyMap<string, Bearer> = new Map();
  #version = "";
  #checkedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(path: string, clock: Clock, log: Logger) {
    this.#path = path;
    this.#clock = clock;
    this.#log = log;
  }

  /** @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when the file is there and cannot be understood. */
  static async open(path: string, clock: Clock, log: Logger): Promise<UserDirectory> {
    const directory = new UserDirectory(path, clock, log);
    await directory.#read();
    return directory;
  }

  /** What the file says now. */
  async records(): Promise<UserRecords> {
    await this.#read();
    return this.#records;
  }

  async authenticate(token: string, audiences: readonly string[]): Promise<TokenIdentity | undefined> {
    if (!audiences.includes(apiAudience)) return undefined;
    const hash = hashOf(token);
    // Whoever has just been added gets in at once; whoever was revoked may get in for a second more.
    await (this.#bearers.has(hash) ? this.refresh() : this.#look());
    const bearer = this.#bearers.get(hash);
    if (bearer === undefined || bearer.expiresAtMs <= this.#clock.now()) return undefined;
    return { user: bearer.user, audiences: [apiAudience] };
  }

  /** Whether what was issued to a user at some time was taken back since. As of the last `refresh`. */
  isRevoked(user: string, issuedAtMs: number): boolean {
    return this.#records.revocations.some((revocation) => revocation.user === user && issuedAtMs <= revocation.atMs);
  }

  /** Makes a token for a user, who keeps those they have. Returns it; it cannot be read again. */
  async addToken(user: string, groups: readonly string[], expiresAtMs?: number): Promise<string> {
    const token = `${tokenPrefix}${randomBytes(32).toString("base64url")}`;
    const createdAtMs = this.#clock.now();
    const record = {
      hash: hashOf(token),
      user,
      groups,
      createdAtMs,
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    };
    await this.change((records) => ({ ...records, tokens: [...records.tokens, record] }));
    return token;
  }

  /**
   * Changes the file, one process at a time.
   *
   * @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when another process does not come to an end with it, or the file cannot be written.
   */
  async change(edit: (records: UserRecords) => UserRecords): Promise<void> {
    await this.#locked(async () => {
      await this.#read();
      const now = this.#clock.now();
      const isAlive = ({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > now;
      const { tokens, certificates, revocations } = edit(this.#records);
      const kept = { tokens: tokens.filter(isAlive), certificates: certificates.filter(isAlive), revocations };
      await writeFileAtomically(this.#path, recordsText(kept));
      await this.#read();
    });
  }

  /** Notices what other processes changed. Costs a look at the file, at most once a second. */
  async refresh(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#checkedAtMs < staleMaxMs) return;
    this.#checkedAtMs = now;
    await this.#look();
  }

  async #look(): Promise<void> {
    try {
      if ((await versionOf(this.#path)) !== this.#version) await this.#read();
    } catch (error) {
      this.#log.error({ err: error, path: this.#path }, "the users could not be read; those known before still count");
    }
  }

  async #read(): Promise<void> {
    const version = await versionOf(this.#path);
    const records = version === "" ? noRecords : await readFileAt(this.#path);
    this.#version = version;
    this.#records = records;
    this.#bearers = new Map(records.tokens.map((token) => [token.hash, bearerOf(token)]));
  }

  async #locked(work: () => Promise<void>): Promise<void> {
    const lock = `${this.#path}.lock`;
    const { signal } = new AbortController();
    for (let waitedMs = 0; ; waitedMs += lockWaitMs) {
      try {
        await (await open(lock, "wx", 0o600)).close();
        break;
      } catch (cause) {
        if (systemErrorCode(cause) !== "EEXIST") throw unusable(this.#path, "it cannot be changed", cause);
        if (await this.#breakStale(lock)) continue;
        if (waitedMs >= lockWaitMaxMs) {
          const hint = `if no other spored or \`spored user\` is running on this directory, remove ${lock}`;
          const message = `${this.#path} is being changed by another process`;
          throw new SporeError("SPORE_DATA_DIR_UNUSABLE", message, { hint }, { cause });
        }
        await sleep(this.#clock, lockWaitMs, signal);
      }
    }
    try {
      await work();
    } finally {
      await rm(lock, { force: true });
    }
  }

  /** @returns whether the lock is gone, and worth trying for again at once. */
  async #breakStale(lock: string): Promise<boolean> {
    try {
      const { mtimeMs } = await stat(lock);
      if (this.#clock.now() - mtimeMs <= lockStaleMs) return false;
      await rm(lock, { force: true });
    } catch (cause) {
      if (systemErrorCode(cause) !== "ENOENT") throw unusable(this.#path, "it cannot be changed", cause);
    }
    return true;
  }
}

function bearerOf({ user, groups, expiresAtMs = Number.POSITIVE_INFINITY }: TokenRecord): Bearer {
  return { user: { name: user, groups: [...groups, authenticatedGroup] }, expiresAtMs };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Tells one content of the file from the next; empty while there is none. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return "";
    throw unusable(path, "it cannot be read", cause);
  }
}

async function readFileAt(path: string): Promise<UserRecords> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw unusable(path, "it cannot be read", cause);
  }
  const records = readRecords(text);
  if (records === undefined) throw unusable(path, "it is not a list of users as this version of spored writes it");
  return records;
}

function unusable(path: string, why: string, cause?: unknown): SporeError {
  const hint =
    "move it away; spored then makes a new token for the administrator, and all others have to be made again";
  return new SporeError("SPORE_DATA_DIR_UNUSABLE", `${path}: ${why}`, { hint }, { cause });
}
