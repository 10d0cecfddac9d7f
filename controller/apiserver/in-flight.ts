import { SporeError } from "../base/errors.ts";
import type { RequestInfo } from "./request-info.ts";
import { controllersGroup, mastersGroup, type User } from "./user.ts";

/** How many requests may be under way at once, as in kube-apiserver. */
const readingMax = 400;
const changingMax = 200;
const readingVerbs: ReadonlySet<string> = new Set(["get", "list", "watch", "head"]);
const healthPaths: ReadonlySet<string> = new Set(["healthz", "livez", "readyz"]);

/** Leases are counted apart, so that whoever leads can say so in any flood. */
type Pool = "reading" | "changing" | "leases";

const poolMax: Readonly<Record<Pool, number>> = { reading: readingMax, changing: changingMax, leases: changingMax };

/**
 * Keeps a flood of requests from taking the server away from those who keep the fleet running: health checks, administrators and this system's own
 * controllers always get in. A watch counts while it starts.
 */
export class InFlight {
  readonly #underWay: Record<Pool, number> = { reading: 0, changing: 0, leases: 0 };

  /** How many requests are under way, but for those that always get in. */
  get underWay(): Readonly<Record<Pool, number>> {
    return this.#underWay;
  }

  /**
   * Dispose of what is returned when the request is answered.
   *
   * @throws SporeError `SPORE_TOO_MANY_REQUESTS`.
   */
  enter(info: RequestInfo, user: User): Disposable {
    const pool = poolOf(info, user);
    if (pool === undefined) return { [Symbol.dispose]() {} };
    if (this.#underWay[pool] >= poolMax[pool]) {
      const message = "Too many requests, please try again later.";
      throw new SporeError("SPORE_TOO_MANY_REQUESTS", message, { retryAfterSeconds: 1 });
    }
    this.#underWay[pool]++;
    return {
      [Symbol.dispose]: () => {
        this.#underWay[pool]--;
      },
    };
  }
}

/** @returns undefined for who always gets in. */
function poolOf(info: RequestInfo, { groups }: User): Pool | undefined {
  if (groups.includes(mastersGroup) || groups.includes(controllersGroup)) return undefined;
  if (info.kind === "path" && healthPaths.has(info.segments[0] ?? "")) return undefined;
  if (info.kind === "resource" && info.plural === "leases") return "leases";
  return readingVerbs.has(info.verb) ? "reading" : "changing";
}
