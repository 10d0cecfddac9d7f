/** The nodes of the demo, real or simulated. */
export interface DemoFleet extends AsyncDisposable {
  /** For the greeting: how many of what. */
  readonly what: string;
  /** Paths of the images, the old version first. */
  readonly images: readonly string[];
  /** One of the nodes as it is now, for people to try things on. */
  sample(): Promise<SampleNode>;
}

export interface SampleNode {
  /** Of its Node object. */
  readonly name: string;
  /** Where its HTTP API is; a node that may not bind port 80 takes another each time it gets power. */
  readonly url: string;
  /** Undefined for a node that is no process of its own, or has no power right now. */
  readonly pid: number | undefined;
}

/** The URL of a node's HTTP API, as one would type it. */
export function nodeUrl(address: string, port: number): string {
  return `http://${address}${port === 80 ? "" : `:${port}`}`;
}
