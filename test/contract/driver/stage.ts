import { createHash } from "node:crypto";
import { expect } from "vitest";
import { type Clock, systemClock } from "../../../controller/base/clock.ts";
import type { Action, Capability, Driver, Identity, Target } from "../../../controller/drivers/driver.ts";
import { FaultProxy } from "../../support/fault-proxy.ts";

/** A device that a driver is tried on; it has power and answers. */
export interface TestDevice extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly identity: Identity;
  /** A program the device can run, other than the one it runs. */
  readonly nextProgram: { readonly image: Uint8Array; readonly version: string };
  /** As if the plug were pulled. */
  powerCut(): Promise<void>;
}

/** What the suite must know of a kind of device to try a driver on it. */
export interface DriverHarness {
  readonly driver: (clock: Clock) => Driver;
  readonly boot: () => Promise<TestDevice>;
  /** What these devices can do of what the driver claims. */
  readonly can: ReadonlySet<Capability>;
  /** Whether they report boot number, version and MD5, and know fences. */
  readonly tells: boolean;
  /** A configuration key they know, and a value it does not have yet. */
  readonly configKey: readonly [key: string, value: number];
  /** A request they answer with JSON. */
  readonly call: Extract<Action, { readonly kind: "Call" }>;
}

/** Not called off. */
export const never = new AbortController().signal;
/** Reports to nobody. */
export const quiet = () => {};
/** Somebody who is never there. */
export const stranger: Identity = { hostname: "esp_5A5A5A", chipId: 0x5a5a5a };
/** More than all buffers between here and the device take: without a reader its last byte cannot leave. */
export const endlessImage = Buffer.alloc(48 * 1024 * 1024, 0xe9);

/** A device behind a proxy, and a driver. */
export async function setUp(harness: DriverHarness, clock: Clock = systemClock) {
  const device = await harness.boot();
  const proxy = await FaultProxy.before(device);
  const driver = harness.driver(clock);
  const target: Target = { address: "127.0.0.1", port: proxy.port, identity: device.identity };
  return {
    device,
    proxy,
    driver,
    target,
    perform: (action: Action, signal = never) => driver.perform(target, action, quiet, signal),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await device[Symbol.asyncDispose]();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof setUp>>;

/** The action of each kind, and the request that carries it out. */
export function actionOf(kind: Action["kind"], harness: DriverHarness, device: TestDevice): Action {
  const [key, value] = harness.configKey;
  switch (kind) {
    case "InstallFirmware":
      return install(device.nextProgram.image, device.nextProgram.version);
    case "Restart":
      return { kind };
    case "PushConfig":
      return { kind, values: { [key]: value } };
    case "SetLabels":
      return { kind, labels: { room: "lab" }, remove: [] };
    case "Call":
      return harness.call;
  }
}

export function install(
  image: Uint8Array,
  version = "9.9.9",
  fence = 1,
): Extract<Action, { readonly kind: "InstallFirmware" }> {
  return { kind: "InstallFirmware", image, version, fence, md5: createHash("md5").update(image).digest("hex") };
}

export function requestOf(kind: Action["kind"], harness: DriverHarness): string {
  const paths = {
    InstallFirmware: "POST /api/node/update",
    Restart: "POST /api/node/restart",
    PushConfig: "POST /api/node/config",
    SetLabels: "POST /api/node/config",
    Call: `${harness.call.method} ${harness.call.uri}`,
  };
  return paths[kind];
}

export const capabilityOf = {
  InstallFirmware: "Ota",
  Restart: "Restart",
  PushConfig: "Config",
  SetLabels: "Labels",
  Call: "Call",
} as const satisfies Record<Action["kind"], Capability>;

export const kinds = ["InstallFirmware", "Restart", "PushConfig", "SetLabels", "Call"] as const;

/** The kinds of action that the driver claims. */
export function actionsOf(harness: DriverHarness): readonly Action["kind"][] {
  const { capabilities } = harness.driver(systemClock);
  return kinds.filter((kind) => capabilities.has(capabilityOf[kind]));
}

export function exactly(request: string): RegExp {
  return new RegExp(`^${request}$`);
}

export async function expectVersion(stage: Stage, version: string): Promise<void> {
  stage.proxy.fault = undefined;
  const running = async () => {
    const observed = await stage.driver.observe(stage.target, never).catch(() => undefined); // while it reboots nobody answers
    return observed?.firmware?.version;
  };
  await expect.poll(running, { timeout: 15_000, interval: 100 }).toBe(version);
}

/** The device still serves, and did not restart. */
export async function expectAnswer(stage: Stage, bootId: number | undefined): Promise<void> {
  stage.proxy.fault = undefined;
  const observed = await stage.driver.observe(stage.target, never);
  expect(observed.identity).toEqual(stage.device.identity);
  expect(observed.bootId).toBe(bootId);
}

/** The device comes back with another boot number. */
export async function expectRestart(stage: Stage, bootId: number | undefined): Promise<void> {
  const restarted = async () => {
    const observed = await stage.driver.observe(stage.target, never).catch(() => undefined); // while it reboots nobody answers
    return observed !== undefined && observed.bootId !== bootId;
  };
  await expect.poll(restarted, { timeout: 15_000, interval: 100 }).toBe(true);
}
