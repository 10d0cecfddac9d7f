import type { JsonValue } from "../base/json.ts";

/** A family of devices that share a wire format; one folder under `drivers/` each. */
export type Family = "spore";

/** What devices of a family can be asked to do, at best. The contract suite skips by these. */
export type Capability = "Ota" | "Restart" | "Config" | "Labels" | "Call";

/**
 * The only code that knows a family's wire format: it turns bytes into observations and carries out actions. It never touches the store and
 * never decides what should be. `test/contract/driver.ts` is the suite that every family must pass.
 */
export interface Driver {
  readonly family: Family;
  readonly capabilities: ReadonlySet<Capability>;
  /** Reports every device it hears, until `signal` aborts. Rejects when it cannot listen (`SPORE_PORT_TAKEN`). */
  discover(sink: SightingSink, signal: AbortSignal): Promise<void>;
  /**
   * Reads, never writes.
   *
   * @throws SporeError `SPORE_DEVICE_UNREACHABLE` when nobody answers in time, `SPORE_DEVICE_PROTOCOL` when the answer makes no sense.
   */
  observe(target: Target, signal: AbortSignal): Promise<Observation>;
  /**
   * Carries out one action, once; retrying is the reconciler's decision. Does not throw for what a device or a network does: that is an
   * outcome. An abort before the last byte of an upload left gives `failed`, after it `unknown`.
   */
  perform(target: Target, action: Action, report: Progress, signal: AbortSignal): Promise<Outcome>;
}

/** Where a device is, and who it must be. */
export interface Target {
  /** IPv4. */
  readonly address: string;
  readonly port: number;
  /** When given, an answer from anybody else is `SPORE_DEVICE_PROTOCOL` from `observe` and `refused` from `perform`; nothing is written. */
  readonly identity?: Identity;
  /** The device's `ota_token`, where it has one. Never logged. */
  readonly token?: string;
}

/** Who a device is. For SPORE nodes hostname and chip id are one fact. */
export interface Identity {
  readonly hostname: string;
  readonly chipId?: number;
}

/** One thing heard from a device, without asking. Absent and undefined fields were not said. */
export interface Sighting {
  readonly family: Family;
  readonly address: string;
  readonly port?: number | undefined;
  /** Absent in the oldest protocol generation's bare messages; such a sighting refreshes a known address and names nobody. */
  readonly hostname?: string | undefined;
  readonly chipId?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly bootId?: number | undefined;
  readonly uptimeSeconds?: number | undefined;
  readonly version?: string | undefined;
  /** `ok`, `ota`, `low`, `safe`. */
  readonly state?: string | undefined;
  readonly freeHeapBytes?: number | undefined;
  readonly rssiDbm?: number | undefined;
  /** While `state` is `ota`: bytes that arrived. */
  readonly receivedBytes?: number | undefined;
  /** Keyed hash of the configuration on the device; a change says that somebody wrote it. */
  readonly configHash?: string | undefined;
}

/** Takes sightings; must not block and must not throw. */
export type SightingSink = (sighting: Sighting) => void;

/** What a device answers when asked. Absent fields are not known, which differs from empty. */
export interface Observation {
  readonly identity: Identity;
  readonly platform?: string;
  readonly board?: string;
  readonly bootId?: number;
  readonly uptimeMs?: number;
  readonly resetReason?: string;
  readonly state?: string;
  readonly freeHeapBytes?: number;
  readonly rssiDbm?: number;
  readonly firmware?: {
    readonly name?: string;
    readonly version?: string;
    /** MD5 of the program in flash, 32 hex digits: the image after the flash-mode patch. */
    readonly md5?: string;
    readonly sizeBytes?: number;
  };
  readonly labels?: Readonly<Record<string, string>>;
  readonly config?: ObservedConfig;
  readonly ota?: {
    readonly flashBytes?: number;
    readonly freeSketchBytes?: number;
    readonly fsStart?: number;
    readonly flashMode?: number;
    readonly gzip?: boolean;
    readonly signed?: boolean;
  };
  readonly endpoints?: readonly { readonly method: string; readonly uri: string }[];
  /** What its family can do and this device has no way to, by its own account; absent where it gives none. */
  readonly lacks?: readonly Capability[];
  /** Whether uploads and writes need a token; undefined where the device does not say. */
  readonly needsToken?: boolean;
}

/** A device's configuration as it can be read. */
export type ObservedConfig =
  /** The device has no way to hold or show one (an upstream node without the endpoint). */
  | { readonly kind: "notSupported" }
  | {
      readonly kind: "values";
      /** As read; secrets are masked. */
      readonly values: Readonly<Record<string, JsonValue>>;
      /** The keys whose values are masked. */
      readonly masked: readonly string[];
      /** HMAC-SHA-256 of the canonical configuration under the device's token, first 8 hex digits. */
      readonly hash?: string;
    };

/** What a device can be asked to do. */
export type Action =
  | {
      readonly kind: "InstallFirmware";
      readonly image: Uint8Array;
      /** MD5 of `image`, 32 hex digits. */
      readonly md5: string;
      readonly version: string;
      /** Our firmware refuses a lower fence than it has seen. */
      readonly fence: number;
    }
  | { readonly kind: "Restart" }
  /** Sets these keys; others stay. */
  | { readonly kind: "PushConfig"; readonly values: Readonly<Record<string, JsonValue>> }
  /** Sets these labels, removes those named in `remove`; others stay. */
  | {
      readonly kind: "SetLabels";
      readonly labels: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  | {
      readonly kind: "Call";
      readonly method: "GET" | "POST" | "PUT" | "DELETE";
      /** Path and query; begins with `/`. */
      readonly uri: string;
      readonly parameters: Readonly<Record<string, string>>;
    };

/**
 * `refused`: the device said no, do not repeat unchanged. `failed`: it did not happen, retry with back-off. `unknown`: it may have happened,
 * observe before anything else. `reason` is a CamelCase word for conditions and events, `message` a sentence for people.
 */
export type Outcome =
  | { readonly kind: "done"; readonly answer?: JsonValue }
  | { readonly kind: "refused" | "failed" | "unknown"; readonly reason: string; readonly message: string };

/** Called during an upload with bytes written to the socket so far. Sent is not received. */
export type Progress = (progress: { readonly sentBytes: number; readonly totalBytes: number }) => void;
