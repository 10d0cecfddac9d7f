/** One upload as the node saw it; tests judge a controller by these. Times are on the fleet's monotonic clock. */
export interface UploadRecord {
  readonly startedAtMs: number;
  /** Absent while it runs. */
  readonly endedAtMs?: number;
  /** Of the file, without the multipart framing. */
  readonly bytes: number;
  /** SHA-256 of the file, where all of it arrived. */
  readonly digest?: string;
  readonly md5?: string;
  readonly fence?: number;
  /** `accepted`: staged for the boot loader. `refused`: not begun. `failed`: the updater said no. `aborted`: the connection or the power went. */
  readonly outcome: "running" | "accepted" | "refused" | "failed" | "aborted";
  /** Why it did not work out. */
  readonly detail?: string;
}

/** The uploads of one node, oldest first; of very many the oldest are forgotten. */
export class UploadLog {
  readonly #records: UploadRecord[] = [];

  get records(): readonly UploadRecord[] {
    return this.#records;
  }

  /** Notes an upload that begins; the function that is returned notes what became known since. */
  open(record: UploadRecord): (change: Partial<UploadRecord>) => void {
    let latest = record;
    this.#records.push(latest);
    if (this.#records.length > recordsMax) this.#records.shift();
    return (change) => {
      const at = this.#records.indexOf(latest);
      latest = { ...latest, ...change };
      if (at >= 0) this.#records[at] = latest;
    };
  }
}

const recordsMax = 1000;
