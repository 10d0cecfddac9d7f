/**
 * Everything that can be said to `spored`, once: from this table follow the flags, the environment variables, the keys of
 * `SporedConfiguration` and the help.
 */
export interface SporedConfiguration {
  /** The parts that run: `apiserver`, `controllers`. */
  readonly components: readonly string[];
  /** Another API server to work on; undefined: this process is its own. `in-cluster`: the one whose pod this is. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Where the Lease and what is published about this process lie, on another API server. */
  readonly namespace: string | undefined;
  readonly installCrds: boolean;
  readonly leaderElect: boolean;
  readonly leaderElectLeaseDuration: string;
  readonly leaderElectRenewDeadline: string;
  readonly leaderElectRetryPeriod: string;
  /** Address under which the API server reaches this process; undefined: the aggregation layer does not. */
  readonly advertiseAddress: string | undefined;
  readonly dataDir: string;
  readonly apiBind: string;
  readonly apiPort: number;
  readonly gatewayPort: number;
  readonly udpPort: number;
  readonly discoveryBind: string;
  readonly broadcast: string;
  readonly lan: boolean;
  /** Devices that do not announce themselves, as `IP` or `IP:PORT`. */
  readonly node: readonly string[];
  readonly manifests: string | undefined;
  readonly pruneAll: boolean;
  /** A repository whose newest commit says what the objects are: `URL[@BRANCH][//PATH]`. */
  readonly sync: string | undefined;
  /** Directories of this machine from which GitSyncs may read repositories. */
  readonly syncFiles: readonly string[];
  readonly autoAdopt: readonly string[];
  readonly otaParallel: number;
  readonly tlsSan: readonly string[];
  readonly logLevel: string;
}

const logLevels = ["debug", "info", "warn", "error"] as const;

/** How one option is read and explained. */
export interface OptionSpec {
  readonly type: "text" | "port" | "count" | "switch" | "list" | "address" | "choice" | "duration";
  /** What stands behind the flag in the help. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly summary: string;
}

export const componentNames = ["apiserver", "controllers"] as const;

export const sporedOptions: { readonly [K in keyof SporedConfiguration]: OptionSpec } = {
  components: {
    type: "list",
    placeholder: "PART",
    summary: `parts to run, of ${componentNames.join(", ")}; default all`,
  },
  kubeconfig: {
    type: "text",
    placeholder: "FILE",
    summary: "work on the API server that FILE names and start none; in-cluster: the one whose pod this is",
  },
  context: { type: "text", placeholder: "NAME", summary: "context of --kubeconfig; default its current one" },
  namespace: {
    type: "text",
    placeholder: "NAMESPACE",
    summary: "with --kubeconfig, where the Lease lies; default the pod's or the context's",
  },
  installCrds: { type: "switch", summary: "with --kubeconfig, make or update the CustomResourceDefinitions at start" },
  leaderElect: {
    type: "switch",
    summary: "with --kubeconfig, act only while holding a Lease; default true (--leader-elect=false)",
  },
  leaderElectLeaseDuration: {
    type: "duration",
    placeholder: "DURATION",
    summary: "others take over when the Lease was not renewed for so long; default 15s",
  },
  leaderElectRenewDeadline: {
    type: "duration",
    placeholder: "DURATION",
    summary: "a leader that could not renew for so long stops acting; default 10s",
  },
  leaderElectRetryPeriod: {
    type: "duration",
    placeholder: "DURATION",
    summary: "how often to try to take or renew the Lease; default 2s",
  },
  advertiseAddress: {
    type: "address",
    placeholder: "ADDRESS",
    summary: "with --kubeconfig, publish this address to the aggregation layer: serves livenodes and images there",
  },
  dataDir: {
    type: "text",
    placeholder: "DIR",
    summary: "where objects, images and credentials live; default $XDG_DATA_HOME/spore",
  },
  apiBind: { type: "address", placeholder: "ADDRESS", summary: "IPv4 address of the API; default 127.0.0.1" },
  apiPort: { type: "port", placeholder: "PORT", summary: "TCP port of the API; default 7443, 0 takes a free one" },
  gatewayPort: {
    type: "port",
    placeholder: "PORT",
    summary: "TCP port of health and metrics; default 3001, 0 takes a free one",
  },
  udpPort: { type: "port", placeholder: "PORT", summary: "UDP port that nodes announce themselves on; default 4210" },
  discoveryBind: {
    type: "address",
    placeholder: "ADDRESS",
    summary: "IPv4 address that hears nodes; default 127.0.0.1",
  },
  broadcast: {
    type: "address",
    placeholder: "ADDRESS",
    summary: "broadcast address that reaches nodes; default 127.255.255.255",
  },
  lan: { type: "switch", summary: "hear the network: --discovery-bind 0.0.0.0 --broadcast 255.255.255.255" },
  node: { type: "list", placeholder: "IP[:PORT]", summary: "a node that does not announce itself; may be repeated" },
  manifests: {
    type: "text",
    placeholder: "DIR",
    summary: "keep objects what the YAML files of this directory say",
  },
  pruneAll: { type: "switch", summary: "let --manifests and --sync delete more than a fifth of what they made" },
  sync: {
    type: "text",
    placeholder: "URL[@BRANCH][//PATH]",
    summary: "keep objects what this git repository says, over https or file",
  },
  syncFiles: {
    type: "list",
    placeholder: "DIR",
    summary: "let GitSyncs read repositories in this directory of this machine; may be repeated",
  },
  autoAdopt: {
    type: "list",
    placeholder: "NAMESPACE",
    summary: "groups of this namespace with adoption: Automatic may adopt nodes; may be repeated",
  },
  otaParallel: { type: "count", placeholder: "N", summary: "firmware uploads at a time, over all groups; default 4" },
  tlsSan: {
    type: "list",
    placeholder: "NAME",
    summary: "another name or address in the API's certificate; may be repeated",
  },
  logLevel: { type: "choice", choices: logLevels, summary: "what to log; default info" },
};

/** `dataDir` as it is written on a command line: `--data-dir`. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `dataDir` as an environment variable: `SPORED_DATA_DIR`. */
export function variableOf(option: string): string {
  return `SPORED_${option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
