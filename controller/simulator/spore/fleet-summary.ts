import type { Fleet } from "./fleet.ts";

/** A fleet at one moment. */
export interface FleetSummary {
  readonly nodes: number;
  readonly up: number;
  /** Taking an upload. */
  readonly updating: number;
  readonly safeMode: number;
  /** Between reset and network. */
  readonly starting: number;
  /** Without power, or never seen again by itself. */
  readonly gone: number;
  /** How many nodes say that they run each version; the most frequent first. */
  readonly versions: readonly (readonly [version: string, nodes: number])[];
  readonly uploads: {
    readonly accepted: number;
    readonly refused: number;
    readonly failed: number;
    readonly aborted: number;
  };
  readonly datagrams: { readonly sent: number; readonly lost: number; readonly received: number };
}

/** Counts over all nodes. */
export function summarize(fleet: Fleet): FleetSummary {
  const counts = { up: 0, updating: 0, safeMode: 0, starting: 0, gone: 0 };
  const uploads = { accepted: 0, refused: 0, failed: 0, aborted: 0 };
  const versions = new Map<string, number>();
  for (const { state, uploads: records } of fleet.nodes) {
    const { kind } = state.phase;
    if (kind === "up") counts.up++;
    else if (kind === "off" || kind === "lost") counts.gone++;
    else counts.starting++;
    if (state.updater.isRunning) counts.updating++;
    if (state.inSafeMode) counts.safeMode++;
    for (const { outcome } of records) if (outcome !== "running") uploads[outcome]++;
    const version = state.image.version ?? "unknown";
    versions.set(version, (versions.get(version) ?? 0) + 1);
  }
  return {
    nodes: fleet.nodes.length,
    ...counts,
    versions: [...versions].sort(([, a], [, b]) => b - a),
    uploads,
    datagrams: { ...fleet.traffic },
  };
}
