import { Counter, Histogram, type Registry } from "prom-client";
import type { Clock } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import type { Driver } from "./driver.ts";

const actionBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
const lookBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is counted of the work on devices; one for all families. */
export class DeviceMetrics {
  readonly #clock: Clock;
  readonly #actions: Histogram;
  readonly #looks: Histogram;
  readonly #otaBytes: Counter;

  constructor(registry: Registry, clock: Clock) {
    const registers = [registry];
    this.#clock = clock;
    this.#actions = new Histogram({
      name: "spore_device_action_duration_seconds",
      help: "Writes to devices, from the first byte to the outcome; InstallFirmware is an OTA update.",
      labelNames: ["family", "action", "outcome"],
      buckets: actionBuckets,
      registers,
    });
    this.#looks = new Histogram({
      name: "spore_device_look_duration_seconds",
      help: "Reads of devices; the outcome is the error's code, or ok.",
      labelNames: ["family", "outcome"],
      buckets: lookBuckets,
      registers,
    });
    this.#otaBytes = new Counter({
      name: "spore_ota_bytes_total",
      help: "Bytes of firmware images that were written to devices' sockets.",
      labelNames: ["family"],
      registers,
    });
  }

  /** The same driver, with everything that it does counted. */
  measure(driver: Driver): Driver {
    const { family } = driver;
    const seconds = (startMs: number) => (this.#clock.monotonic() - startMs) / 1000;
    return {
      family,
      capabilities: driver.capabilities,
      discover: (sink, signal) => driver.discover(sink, signal),
      observe: async (target, signal) => {
        const startMs = this.#clock.monotonic();
        let outcome = "ok";
        try {
          return await driver.observe(target, signal);
        } catch (error) {
          outcome = isSporeError(error) ? error.code : "SPORE_INTERNAL";
          throw error;
        } finally {
          this.#looks.observe({ family, outcome }, seconds(startMs));
        }
      },
      perform: async (target, action, report, signal) => {
        const startMs = this.#clock.monotonic();
        let sentBytes = 0;
        const outcome = await driver.perform(
          target,
          action,
          (progress) => {
            if (progress.sentBytes > sentBytes) this.#otaBytes.inc({ family }, progress.sentBytes - sentBytes);
            sentBytes = progress.sentBytes;
            report(progress);
          },
          signal,
        );
        this.#actions.observe({ family, action: action.kind, outcome: outcome.kind }, seconds(startMs));
        return outcome;
      },
    };
  }
}
