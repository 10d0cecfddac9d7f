import { createHash } from "node:crypto";
import { ConfigMap } from "../api/core-kinds.ts";
import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { type FrontProxy, userOfFrontProxy } from "../apiserver/aggregated/front-proxy.ts";
import type { Authenticator } from "../apiserver/authn/authenticator.ts";
import type { Attributes } from "../apiserver/authz/attributes.ts";
import { forbidden } from "../apiserver/authz/forbidden.ts";
import { anonymous, authenticatedGroup, type User } from "../apiserver/user.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { LruMap } from "../base/lru-map.ts";
import type { Client } from "../client/client.ts";

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As kube-apiserver's own webhooks: a right that was taken away is gone this much later. */
const answerMaxAgeMs = 10_000;
/** How often to look who the API server in front is. */
const frontProxyMaxAgeMs = 60_000;
const answersMax = 1024;
const reviewTimeoutMs = 10_000;

/** Whoever serves the API decides who may do what; here nobody is known and nothing is decided. */
export interface DelegatedAccess {
  readonly authenticator: Authenticator;
  /** @throws SporeError `SPORE_FORBIDDEN`; what the API server says where it cannot be asked. */
  authorize(user: User, wanted: Attributes, signal: AbortSignal): Promise<void>;
}

/**
 * Asks another API server who somebody is (TokenReview, or its own word where it stands in front) and what they may do (SubjectAccessReview). Answers
 * are remembered for 10 s.
 */
export function delegatedAccess(options: Options): DelegatedAccess {
  const { clock } = options;
  const frontProxy = new Remembered<FrontProxy | undefined>(clock, frontProxyMaxAgeMs);
  const users = new Remembered<User | undefined>(clock, answerMaxAgeMs);
  const verdicts = new Remembered<string | undefined>(clock, answerMaxAgeMs);
  return {
    authenticator: {
      async authenticate(presented, signal) {
        using deadline = new Deadline(clock, signal, reviewTimeoutMs, "asking the API server who that is");
        const { authorization, certificate } = presented;
        if (certificate !== undefined) {
          const proxy = await frontProxy.get("", () => readFrontProxy(options, deadline.signal));
          const user = proxy && userOfFrontProxy(proxy, presented, clock.now());
          if (user) return user;
        }
        if (authorization === undefined) return anonymous;
        const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
        const id = createHash("sha256")
          .update(token ?? "")
          .digest("hex");
        const user = token && (await users.get(id, () => reviewToken(options, token, deadline.signal)));
        if (!user) throw new SporeError("SPORE_UNAUTHORIZED", "Unauthorized");
        return user;
      },
    },
    async authorize(user, wanted, signal) {
      using deadline = new Deadline(clock, signal, reviewTimeoutMs, "asking the API server who may do that");
      const spec = reviewSpec(user, wanted);
      const refusal = await verdicts.get(JSON.stringify(spec), () => reviewAccess(options, spec, deadline.signal));
      if (refusal !== undefined) throw forbidden(user, wanted, refusal);
    },
  };
}

interface TokenReview extends Resource {
  readonly spec: { readonly token: string };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[] };
  };
}

const TokenReview: Kind<TokenReview> = {
  group: "authentication.k8s.io",
  version: "v1",
  kind: "TokenReview",
  plural: "tokenreviews",
  namespaced: false,
};

interface AccessReviewSpec {
  readonly user: string;
  readonly groups: readonly string[];
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
}

interface SubjectAccessReview extends Resource {
  readonly spec: AccessReviewSpec;
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
}

const SubjectAccessReview: Kind<SubjectAccessReview> = {
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
};

/** Reviews are never stored; their name is what the type asks for. */
const unnamed = { name: "" };

async function reviewToken({ client }: Options, token: string, signal: AbortSignal): Promise<User | undefined> {
  const { status } = await client.create(TokenReview, { metadata: unnamed, spec: { token } }, { signal });
  const { username = "", groups = [] } = status?.user ?? {};
  if (status?.authenticated !== true || username === "") return undefined;
  return { name: username, groups: [...new Set([...groups, authenticatedGroup])] };
}

/** @returns why not; undefined when the user may. */
async function reviewAccess(
  { client }: Options,
  spec: AccessReviewSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { status } = await client.create(SubjectAccessReview, { metadata: unnamed, spec }, { signal });
  return status?.allowed === true ? undefined : (status?.reason ?? "");
}

function reviewSpec({ name, groups }: User, wanted: Attributes): AccessReviewSpec {
  const who = { user: name, groups };
  if (wanted.kind === "path") return { ...who, nonResourceAttributes: { path: wanted.path, verb: wanted.verb } };
  const { kind: _, plural: resource, ...rest } = wanted;
  return { ...who, resourceAttributes: { resource, ...rest } };
}

const frontProxyKey = { namespace: "kube-system", name: "extension-apiserver-authentication" };

/** What a kube-apiserver publishes about itself; nothing where it stands in front of nobody. */
async function readFrontProxy({ client, log }: Options, signal: AbortSignal): Promise<FrontProxy | undefined> {
  let data: ConfigMap["data"];
  try {
    data = (await client.get(ConfigMap, frontProxyKey, signal))?.data;
  } catch (error) {
    if (!isSporeError(error, "SPORE_FORBIDDEN")) throw error;
    log.warn({ err: error }, "nobody is believed to be the API server in front, as it may not be asked who that is");
  }
  const authorities = data?.["requestheader-client-ca-file"] ?? "";
  if (authorities === "") return undefined;
  return {
    authorities,
    allowedNames: namesIn(data?.["requestheader-allowed-names"]),
    userHeaders: namesIn(data?.["requestheader-username-headers"]).map((name) => name.toLowerCase()),
    groupHeaders: namesIn(data?.["requestheader-group-headers"]).map((name) => name.toLowerCase()),
  };
}

/** A list in JSON. */
function namesIn(text: string | undefined): readonly string[] {
  const value: unknown = JSON.parse(text ?? "[]");
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** Answers to questions, for a while. Failures are not remembered. */
class Remembered<T> {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #answers = new LruMap<string, { held?: { readonly answer: T; readonly untilMs: number } }>(answersMax);

  constructor(clock: Clock, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  async get(id: string, ask: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.monotonic();
    const place = this.#answers.getOrMake(id, () => ({}));
    if (place.held && nowMs < place.held.untilMs) return place.held.answer;
    const answer = await ask();
    place.held = { answer, untilMs: nowMs + this.#maxAgeMs };
    return answer;
  }
}
