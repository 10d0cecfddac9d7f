import { type Random, randomInteger } from "../../base/random.ts";

/** How long things take on a board, and how much of what it sends is lost. */
export interface Physics {
  /** Bytes of an upload that arrive in a second; Infinity: as fast as the socket gives them. */
  readonly transferBytesPerSecond: number;
  /** Erasing one 4 KiB sector while an upload is written. */
  readonly eraseMsPerSector: number;
  /** Erasing and writing one sector in the boot loader. */
  readonly copyMsPerSector: number;
  /** From the answer to a restart. */
  readonly restartDelayMs: number;
  /** From reset to the application's setup. */
  readonly bootMs: number;
  /** WiFi and DHCP; drawn evenly between the two. */
  readonly joinMinMs: number;
  readonly joinMaxMs: number;
  /** Between the setup and the crash of an image that crashes. */
  readonly crashAfterMs: number;
  /** Part of the datagrams that get lost on the way out, 0 to 1. */
  readonly lossRatio: number;
  /** Broadcasts come at their interval, more or less this part of it. */
  readonly jitterRatio: number;
}

/** An ESP-01 on a home network: 432 kB take 15 s, and 15 s more until it is back. */
const esp01: Physics = {
  transferBytesPerSecond: 36_000,
  eraseMsPerSector: 25,
  copyMsPerSector: 70,
  restartDelayMs: 1000,
  bootMs: 600,
  joinMinMs: 2000,
  joinMaxMs: 8000,
  crashAfterMs: 300,
  lossRatio: 0.01,
  jitterRatio: 0.1,
};

/** What there is to choose from, by name. */
export const physicsPresets = {
  esp01,
  /** Slow enough to watch, fast enough to wait for. */
  quick: {
    ...esp01,
    transferBytesPerSecond: 120_000,
    eraseMsPerSector: 0,
    copyMsPerSector: 10,
    restartDelayMs: 200,
    bootMs: 200,
    joinMinMs: 200,
    joinMaxMs: 800,
    lossRatio: 0,
  },
  /** Nothing takes time. */
  instant: {
    ...esp01,
    transferBytesPerSecond: Number.POSITIVE_INFINITY,
    eraseMsPerSector: 0,
    copyMsPerSector: 0,
    restartDelayMs: 0,
    bootMs: 0,
    joinMinMs: 0,
    joinMaxMs: 0,
    crashAfterMs: 0,
    lossRatio: 0,
  },
} as const satisfies Record<string, Physics>;

/** A name in `physicsPresets`. */
export type PhysicsName = keyof typeof physicsPresets;

/** Bytes that flash erases at once. */
export const sectorBytes = 4096;

/** `bytes` rounded up to whole sectors. */
export function ceilSectors(bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * sectorBytes;
}

/** From the first byte of an upload until `bytes` of it are written. */
export function receiveMs(physics: Physics, bytes: number): number {
  const sectors = Math.ceil(bytes / sectorBytes);
  return (bytes / physics.transferBytesPerSecond) * 1000 + sectors * physics.eraseMsPerSector;
}

/** What the boot loader takes to copy a staged image of `bytes`. */
export function copyMs(physics: Physics, bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * physics.copyMsPerSector;
}

/** One joining of the network. */
export function joinMs(physics: Physics, random: Random): number {
  return randomInteger(random, physics.joinMinMs, physics.joinMaxMs);
}

/** `intervalMs` with jitter. */
export function jitteredMs(physics: Physics, random: Random, intervalMs: number): number {
  return intervalMs * (1 + physics.jitterRatio * (2 * random() - 1));
}
