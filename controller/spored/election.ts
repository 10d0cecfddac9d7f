import { hostname } from "node:os";
import { sporedName } from "../api/controller-rules.ts";
import { generateUid } from "../apiserver/random-names.ts";
import { parseGoDuration } from "../base/go-duration.ts";
import type { Client } from "../client/client.ts";
import { LeaseElection } from "../runtime/lease.ts";
import type { Election } from "../runtime/manager.ts";
import type { Recorder } from "../runtime/recorder.ts";
import type { Surroundings } from "./surroundings.ts";

/** Who takes part in an election, and as what. */
export interface Candidacy {
  readonly election: Election;
  /** Of this process among the others. */
  readonly identity: string;
  /** The Lease, as `namespace/name`. */
  readonly lease: string;
  /** From now on Events say how the election goes. */
  recordTo(recorder: Recorder): void;
}

/** Stands for election by a Lease; undefined with `--leader-elect=false`. */
export function standForElection(
  { configuration, clock, log, random }: Surroundings,
  client: Client,
  namespace: string,
): Candidacy | undefined {
  if (!configuration.leaderElect) return undefined;
  const identity = `${hostname()}_${generateUid(random)}`;
  let recorder: Recorder | undefined;
  const election = new LeaseElection({
    client,
    clock,
    log,
    random,
    namespace,
    name: sporedName,
    identity,
    times: {
      durationMs: parseGoDuration(configuration.leaderElectLeaseDuration) ?? 0,
      renewTimeoutMs: parseGoDuration(configuration.leaderElectRenewDeadline) ?? 0,
      retryMs: parseGoDuration(configuration.leaderElectRetryPeriod) ?? 0,
    },
    onTransition: (lease, transition) =>
      recorder?.record(lease, { type: "Normal", reason: "LeaderElection", message: `${identity} ${transition}` }),
  });
  return {
    election,
    identity,
    lease: `${namespace}/${sporedName}`,
    recordTo(to) {
      recorder = to;
    },
  };
}
