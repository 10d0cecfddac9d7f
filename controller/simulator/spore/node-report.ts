import type { JsonObject } from "../../base/json.ts";
import { randomInteger } from "../../base/random.ts";
import { flashBytes, type NodeState } from "./node-state.ts";

/** What a node says about its chip, in every generation. */
export function chipReport(state: NodeState): JsonObject {
  return {
    freeHeap: freeHeapBytes(state),
    chipId: state.board.chipId,
    sdkVersion: "2.2.2-dev(38a443e)",
    cpuFreqMHz: 80,
    flashChipSize: flashBytes,
  };
}

/** Falls while an update is taken in, and when the fault says so. */
export function freeHeapBytes(state: NodeState): number {
  if (state.faults.has("low-memory")) return randomInteger(state.random, 3000, 4900);
  return randomInteger(state.random, 30_000, 32_000) - (state.updater.isRunning ? 6000 : 0);
}

/** Key `x` of `GET /api/node/status`: what only our firmware says. */
export function ownReport(state: NodeState, nowMs: number): JsonObject {
  const { board, image } = state;
  return {
    hostname: board.hostname,
    ip: board.address,
    mac: board.mac,
    rssi: randomInteger(state.random, -75, -50),
    uptimeMs: state.uptimeMs(nowMs),
    boot: state.bootId,
    resetReason: state.resetReason,
    version: image.version ?? "",
    app: image.name ?? "",
    platform: "esp8266",
    state: state.reportedState,
    cfg: state.configHash,
    token: state.token !== "",
    ota: {
      sketchSize: image.sizeBytes,
      sketchMD5: image.md5,
      freeSketchSpace: state.updater.freeBytes,
      fsStart: state.profile.fsStart,
      flashMode: image.flashMode,
      gzip: true,
      signed: false,
      ...(state.updater.isRunning && { rx: state.updater.receivedBytes }),
    },
  };
}
