/** Bounds of everything that could grow. Each name ends in its unit. */

/** Request bodies, as in kube-apiserver. */
export const requestBodyMaxBytes = 3 * 1024 * 1024;
/** Deeper JSON is refused, so that walks over it may recurse. */
export const jsonDepthMax = 256;
/** The largest firmware image that may be uploaded or inflated. */
export const imageMaxBytes = 16 * 1024 * 1024;
/** History that the store keeps at the least, whichever of the two is more. */
export const storeHistoryMinMs = 5 * 60 * 1000;
export const storeHistoryMinRevisions = 10_000;
/** Events that a watch of the store may fall behind. */
export const storeWatchQueueMaxEvents = 20_000;
export const storeWatchQueueMaxBytes = 128 * 1024 * 1024;
/** Unowned nodes that are kept as objects; forged heartbeats fill nothing. */
export const unownedNodesMax = 4096;
/** Tries with one image on one node before it is Stalled. */
export const firmwareAttemptsMax = 3;
/** Silence after which a device counts as Inactive, as Dead, and is forgotten by the liveness table. */
export const nodeInactiveAfterMs = 10_000;
export const nodeDeadAfterMs = 60_000;
export const nodeForgottenAfterMs = 300_000;
/** One manifest file, and everything that is read from one directory or standard input. */
export const manifestFileMaxBytes = 4 * 1024 * 1024;
export const manifestTreeMaxFiles = 2000;
export const manifestTreeMaxBytes = 64 * 1024 * 1024;
/** What one commit of a git repository may have, packed, and how many files its tree may name. */
export const gitPackMaxBytes = 256 * 1024 * 1024;
export const gitTreeMaxFiles = 20_000;
/** How often YAML aliases of one document may be followed; more is an alias bomb. */
export const yamlAliasesMaxCount = 100;
