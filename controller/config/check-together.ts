import { isIPv4 } from "node:net";
import { SporeError } from "../base/errors.ts";
import { parseGoDuration } from "../base/go-duration.ts";
import { flagOf, type SporedConfiguration } from "./spored-options.ts";

type Option = keyof SporedConfiguration;

/** Options that say something about work on another API server, and nothing without one. */
const needKubeconfig: readonly Option[] = [
  "context",
  "namespace",
  "installCrds",
  "leaderElect",
  "leaderElectLeaseDuration",
  "leaderElectRenewDeadline",
  "leaderElectRetryPeriod",
  "advertiseAddress",
];
/** Options by which a process makes objects of all kinds; on another API server it has the rights of controllers only. */
const bringers: readonly Option[] = ["manifests", "sync", "syncFiles", "pruneAll"];
/** Leaders that renew more often than this would keep a server busy with that alone. */
const retryMinMs = 100;
/** As much as client-go allows for jitter between two tries. */
const jitterFactor = 1.2;

/**
 * What must be true of several options at once.
 *
 * @param given the options that somebody said anything about.
 * @throws SporeError `SPORE_USAGE`.
 */
export function checkTogether(configuration: SporedConfiguration, given: ReadonlySet<string>): void {
  if (configuration.kubeconfig === undefined) {
    const [lost] = needKubeconfig.filter((option) => given.has(option));
    if (lost !== undefined) {
      const hint = `name the API server to work on with --kubeconfig, or leave ${flagOf(lost)} out`;
      throw new SporeError("SPORE_USAGE", `${flagOf(lost)} means something with --kubeconfig only`, { hint });
    }
    if (!configuration.components.includes("apiserver"))
      throw new SporeError("SPORE_USAGE", "--components without apiserver: the controllers need an API server", {
        hint: "name one with --kubeconfig",
      });
    return;
  }
  checkOnCluster(configuration, given);
  checkElection(configuration);
}

function checkOnCluster({ advertiseAddress }: SporedConfiguration, given: ReadonlySet<string>): void {
  const [brings] = bringers.filter((option) => given.has(option));
  if (brings !== undefined) {
    const hint = "bring objects with kubectl, Flux or Argo CD: they act with rights of their own";
    throw new SporeError("SPORE_USAGE", `${flagOf(brings)} does not work together with --kubeconfig`, { hint });
  }
  if (given.has("components"))
    throw new SporeError("SPORE_USAGE", "--components does not work together with --kubeconfig", {
      hint: "leave it out: with --kubeconfig the controllers run and no API server",
    });
  if (advertiseAddress !== undefined && isIPv4(advertiseAddress) && /^(127|0)\./.test(advertiseAddress)) {
    const hint = "give the address under which the API server reaches this machine";
    throw new SporeError("SPORE_USAGE", `--advertise-address ${advertiseAddress}: nobody else can reach it`, { hint });
  }
}

/** As client-go checks them: a leader stops before others begin, and has tried more than once by then. */
function checkElection(configuration: SporedConfiguration): void {
  const durationMs = milliseconds(configuration.leaderElectLeaseDuration);
  const renewMs = milliseconds(configuration.leaderElectRenewDeadline);
  const retryMs = milliseconds(configuration.leaderElectRetryPeriod);
  const refuse = (message: string) => new SporeError("SPORE_USAGE", message, { hint: "the defaults are 15s, 10s, 2s" });
  if (durationMs < 1000 || durationMs % 1000 !== 0)
    throw refuse(`--leader-elect-lease-duration ${durationMs / 1000}s: a Lease counts whole seconds`);
  if (durationMs <= renewMs)
    throw refuse("--leader-elect-lease-duration must be longer than --leader-elect-renew-deadline");
  if (renewMs <= retryMs * jitterFactor)
    throw refuse(`--leader-elect-renew-deadline must be more than ${jitterFactor} times --leader-elect-retry-period`);
  if (retryMs < retryMinMs) throw refuse(`--leader-elect-retry-period must be ${retryMinMs}ms or more`);
}

function milliseconds(text: string): number {
  return parseGoDuration(text) ?? 0;
}
