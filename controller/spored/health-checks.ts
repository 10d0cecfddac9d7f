import type { HealthCheck } from "../apiserver/health.ts";
import { SporeError } from "../base/errors.ts";
import type { Manager } from "../runtime/manager.ts";
import { checkDiskSpace } from "../store/disk-space.ts";

/** What has to hold for a process to do its work. */
export interface Vitals {
  /** Aborts when the store cannot be written any more; absent where there is none. */
  readonly broken?: AbortSignal;
  readonly dataDir: string;
  /** Undefined before it is made. */
  readonly manager: () => Pick<Manager, "missing" | "isLeading"> | undefined;
  /** Resolves when devices are heard; absent where none are to be. */
  readonly listening: Promise<void> | undefined;
}

/** The checks behind `/readyz`, in the order in which they are shown. */
export function healthChecks({ broken, dataDir, manager, listening }: Vitals): readonly HealthCheck[] {
  let hears = false;
  listening?.then(
    () => {
      hears = true;
    },
    () => {}, // ends the process, and says why there
  );
  const checks: HealthCheck[] = [
    { name: "store-writable", isVital: true, run: async () => broken?.throwIfAborted() },
    { name: "disk-space", run: async () => checkDiskSpace(dataDir, 0) },
    { name: "caches-synced", run: async () => needNothing(manager()?.missing ?? ["every kind"]) },
    { name: "leader-election", run: async () => need(manager()?.isLeading === true, "this process does not lead") },
  ];
  if (listening !== undefined)
    checks.push({ name: "discovery", run: async () => need(hears, "devices are not heard yet") });
  return checks;
}

function needNothing(missing: readonly string[]): void {
  need(missing.length === 0, `the first list is missing of ${missing.join(", ")}`);
}

function need(holds: boolean, message: string): void {
  if (!holds) throw new SporeError("SPORE_UNAVAILABLE", message);
}
