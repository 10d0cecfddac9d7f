import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { writeFileAtomically } from "../base/write-file-atomically.ts";
import { textIn, textsIn } from "./object-meta.ts";
import { anonymous, authenticatedGroup, type User } from "./user.ts";

/** One token, as it is kept. */
interface KeptToken {
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly user: string;
  readonly groups: readonly string[];
}

const formatVersion = 1;
/** Written before each token, so that scanners for leaked secrets can tell what it is. */
const tokenPrefix = "spore_";

/**
 * The bearer tokens of a data directory. Only hashes are kept. A token has 256 random bits, so a plain SHA-256 cannot be turned back, and a lookup by hash
 * tells nothing by the time it takes.
 */
export class Tokens {
  readonly #path: string;
  #kept: readonly KeptToken[];

  private constructor(path: string, kept: readonly KeptToken[]) {
    this.#path = path;
    this.#kept = kept;
  }

  /** @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when the file is there and cannot be understood. */
  static async open(path: string): Promise<Tokens> {
    return new Tokens(path, await readTokens(path));
  }

  /**
   * @param authorization the header of that name.
   * @returns `anonymous` without a header.
   * @throws SporeError `SPORE_UNAUTHORIZED` for a token that is not known; nothing then says whether it ever was.
   */
  authenticate(authorization: string | undefined): User {
    if (authorization === undefined) return anonymous;
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : this.find(token);
    if (user === undefined) throw new SporeError("SPORE_UNAUTHORIZED", "Unauthorized");
    return user;
  }

  /** Who bears a token. */
  find(token: string): User | undefined {
    const hash = hashOf(token);
    const kept = this.#kept.find((candidate) => candidate.hash === hash);
    return kept && { name: kept.user, groups: [...kept.groups, authenticatedGroup] };
  }

  /** Makes a token for a user and forgets the ones they had. Returns it; it cannot be read again. */
  async renew(user: string, groups: readonly string[]): Promise<string> {
    const token = `${tokenPrefix}${randomBytes(32).toString("base64url")}`;
    const others = this.#kept.filter((kept) => kept.user !== user);
    const kept = [...others, { hash: hashOf(token), user, groups }];
    const file = { version: formatVersion, tokens: kept };
    await writeFileAtomically(this.#path, `${JSON.stringify(file, undefined, 2)}\n`);
    this.#kept = kept;
    return token;
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

async function readTokens(path: string): Promise<readonly KeptToken[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return [];
    throw unusable(path, "it cannot be read", cause);
  }
  const file = parsed(text);
  const tokens = isJsonObject(file) && file.version === formatVersion ? file.tokens : undefined;
  if (!Array.isArray(tokens)) throw unusable(path, `it is not a list of tokens of version ${formatVersion}`);
  return tokens
    .filter((token: JsonValue) => isJsonObject(token))
    .map((token) => ({ hash: textIn(token, "hash"), user: textIn(token, "user"), groups: textsIn(token, "groups") }));
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by the caller
  }
}

function unusable(path: string, why: string, cause?: unknown): SporeError {
  const hint =
    "move it away; spored then makes a new token for the administrator, and all others have to be made again";
  return new SporeError("SPORE_DATA_DIR_UNUSABLE", `${path}: ${why}`, { hint }, { cause });
}
