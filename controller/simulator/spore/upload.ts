import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type Clock, sleep } from "../../base/clock.ts";
import type { ApiAnswer } from "./api-request.ts";
import type { ReceivedFile } from "./file-shelf.ts";
import type { ImageReader } from "./flashed-image.ts";
import { boundaryOf, MultipartFile } from "./multipart-file.ts";
import type { NodeState } from "./node-state.ts";
import { ceilSectors, receiveMs, sectorBytes } from "./physics.ts";
import { beginsLikeAnImage, type UpdaterError } from "./updater.ts";
import type { UploadLog, UploadRecord } from "./upload-log.ts";

/** What an upload needs of its node. */
export interface UploadHost {
  readonly state: NodeState;
  readonly clock: Clock;
  readonly images: ImageReader;
  readonly uploads: UploadLog;
  /** Aborts when the node leaves the network. */
  readonly signal: AbortSignal;
  /** The updater took the first bytes. */
  readonly begun: () => void;
  readonly powerCut: () => void;
}

/** The request's query, as far as our firmware understands it. */
export interface UploadOptions {
  readonly size?: number;
  readonly md5?: string;
  readonly version?: string;
  readonly fence?: number;
  /** Whether the token was presented, where the node has one. */
  readonly authorized: boolean;
}

/** How an upload ends on the wire. `restart`: whether the node restarts now. */
export type UploadEnd =
  | { readonly kind: "answer"; readonly answer: ApiAnswer; readonly restart: boolean }
  /** The connection is gone, or to be reset, without an answer. */
  | { readonly kind: "reset"; readonly restart: boolean };

type Note = (change: Partial<UploadRecord>) => void;

/** Takes `POST /api/node/update` in, at the speed of the board, with the faults of the board. */
export async function receiveUpload(
  host: UploadHost,
  request: IncomingMessage,
  options: UploadOptions,
): Promise<UploadEnd> {
  const { md5, fence } = options;
  const note = host.uploads.open({
    startedAtMs: host.clock.monotonic(),
    bytes: 0,
    ...(md5 !== undefined && { md5 }),
    ...(fence !== undefined && { fence }),
    outcome: "running",
  });
  const upload = new Upload(host, request, options, note);
  try {
    const refused = refuse(host.state, options);
    if (!refused) return await upload.run(boundaryOf(request.headers["content-type"] ?? ""));
    note({ outcome: "refused", detail: refused.detail });
    return { kind: "answer", answer: refused.answer, restart: false };
  } catch (error) {
    // Thrown by the request's stream when the client goes, and by waiting when the power does.
    upload.abandon();
    note({ outcome: "aborted", detail: error instanceof Error ? error.message : String(error) });
    return { kind: "reset", restart: false };
  } finally {
    note({ endedAtMs: host.clock.monotonic() });
  }
}

/** A refusal before the first byte, in the order of the reference. */
function refuse(
  state: NodeState,
  { size, md5, fence, authorized }: UploadOptions,
): { readonly answer: ApiAnswer; readonly detail: string } | undefined {
  const because = (status: number, error: string, detail: string) => ({
    answer: fail(state, status, error, detail),
    detail,
  });
  if (state.faults.has("busy")) return because(409, "busy", "an update is running");
  if (!state.profile.ours) return undefined;
  if (state.updater.isRunning) return because(409, "busy", "an update is running");
  if (!authorized) return because(401, "unauthorized", "the update needs the node's token");
  if (fence !== undefined && state.isStale(fence, md5))
    return because(409, "stale_fence", `fence ${fence} is out of date`);
  if (size !== undefined && ceilSectors(size) > state.updater.freeBytes)
    return because(413, "too_large", `${size} bytes do not fit into ${state.updater.freeBytes}`);
  return undefined;
}

/** A refusal in the words of our firmware; upstream has one form for all, and says so with status 200. */
function fail(state: NodeState, status: number, error: string, message: string, code?: number): ApiAnswer {
  if (!state.profile.ours) return { status: 200, body: { status: "FAIL", message } };
  if (code !== undefined) return { status, body: { status: "FAIL", error: message, code } };
  return { status, body: { status: "FAIL", error, message } };
}

class Upload {
  readonly #host: UploadHost;
  readonly #request: IncomingMessage;
  readonly #socket: Socket;
  readonly #options: UploadOptions;
  readonly #note: Note;
  #startMs = 0;
  #received = 0;
  #begun = false;
  /** Whether the updater works for this upload, and not for another one. */
  #owns = false;
  #refusal: UploadEnd | undefined;

  constructor(host: UploadHost, request: IncomingMessage, options: UploadOptions, note: Note) {
    this.#host = host;
    this.#request = request;
    this.#socket = request.socket;
    this.#options = options;
    this.#note = note;
  }

  async run(boundary: string | undefined): Promise<UploadEnd> {
    if (boundary === undefined) return this.#failed(400, "bad_request", "the body must be multipart/form-data");
    const body = new MultipartFile(boundary);
    for await (const chunk of this.#request) {
      for (const part of body.push(chunk)) {
        const reset = await this.#take(part);
        if (reset) return reset;
      }
    }
    if (this.#refusal) return this.#refusal;
    if (body.state !== "done") return this.#failed(400, "bad_request", "the body holds no complete file");
    return this.#finish();
  }

  /** Nothing is staged. */
  abandon(): void {
    if (this.#owns) this.#host.state.updater.abort();
    this.#owns = false;
  }

  /** Writes `file` sector by sector, each in its time. */
  async #take(file: Buffer): Promise<UploadEnd | undefined> {
    const { state, clock, signal } = this.#host;
    if (!this.#begun) this.#begin(file);
    const step = Number.isFinite(state.physics.transferBytesPerSecond) ? sectorBytes : file.length;
    for (let at = 0; at < file.length; at += step) {
      const slice = file.subarray(at, at + step);
      if (!this.#refusal) this.#write(slice);
      this.#received += slice.length;
      this.#note({ bytes: this.#received });
      const waitMs = this.#startMs + receiveMs(state.physics, this.#received) - clock.monotonic();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      const reset = await this.#interrupt();
      if (reset) return reset;
    }
    return undefined;
  }

  #begin(first: Buffer): void {
    const { state, clock, begun } = this.#host;
    this.#begun = true;
    this.#startMs = clock.monotonic();
    const { size, md5, fence } = this.#options;
    if (state.profile.ours && !beginsLikeAnImage(first)) {
      this.#refusal = this.#failed(422, "invalid_image", "the file begins neither as an image nor as gzip");
      return;
    }
    const error = state.updater.begin(size, md5);
    if (error) {
      this.#refuseWith(error);
      return;
    }
    this.#owns = true;
    if (fence !== undefined) state.keepFence(fence, md5);
    begun();
  }

  #write(slice: Uint8Array): void {
    const error = this.#host.state.updater.write(slice);
    if (error) this.#refuseWith(error);
  }

  /** The faults that strike in the middle. */
  async #interrupt(): Promise<UploadEnd | undefined> {
    const { state, signal, powerCut } = this.#host;
    const reached = (limit: number | undefined) => limit !== undefined && this.#received >= limit;
    if (reached(state.faults.value("power-cut-upload"))) {
      state.faults.clear("power-cut-upload");
      powerCut();
      signal.throwIfAborted();
    }
    if (reached(state.faults.value("stall-upload"))) await gone(this.#request, signal);
    if (!reached(state.faults.value("drop-upload"))) return undefined;
    this.abandon();
    this.#note({ outcome: "aborted", detail: "the node reset the connection" });
    this.#socket.resetAndDestroy();
    return { kind: "reset", restart: false };
  }

  async #finish(): Promise<UploadEnd> {
    const { state } = this.#host;
    const { faults } = state;
    if (faults.has("reset-and-forget")) {
      this.abandon();
      this.#note({ outcome: "aborted", detail: "the node forgot the image" });
      return { kind: "reset", restart: false };
    }
    const end = state.updater.end(this.#options.size === undefined);
    this.#owns = false;
    if ("error" in end) return this.#failedWith(end.error);
    const code = faults.value("refuse-upload");
    if (code !== undefined) return this.#failedWith({ code, text: "refused by fault" });
    await this.#stage(end.staged);
    if (faults.has("reset-after-upload")) return { kind: "reset", restart: true };
    return { kind: "answer", answer: this.#accepted(end.staged), restart: true };
  }

  async #stage({ bytes, md5, sha256 }: ReceivedFile): Promise<void> {
    const { state, images, signal } = this.#host;
    const { version } = this.#options;
    const image = await images.read(bytes, md5, state.image.flashMode);
    signal.throwIfAborted();
    state.stage({ ...(version !== undefined && { version }), ...image });
    if (version !== undefined && state.profile.ours) state.setLabels({ ...state.ownLabels, version });
    this.#note({ outcome: "accepted", digest: sha256, md5 });
  }

  #accepted({ bytes, md5 }: ReceivedFile): ApiAnswer {
    const { state } = this.#host;
    if (!state.profile.ours) return { status: 200, body: { status: "OK", message: "update done, restarting" } };
    return {
      status: 200,
      body: {
        status: "OK",
        message: "update staged, restarting",
        size: bytes.length,
        md5,
        restartInMs: state.setting("restart_delay_ms"),
      },
    };
  }

  #refuseWith(error: UpdaterError): void {
    this.#refusal = this.#failedWith(error);
  }

  #failedWith({ code, text }: UpdaterError): UploadEnd {
    return this.#failed(500, text, text, code);
  }

  #failed(status: number, error: string, message: string, code?: number): UploadEnd {
    this.abandon();
    this.#note({ outcome: "failed", detail: message });
    return { kind: "answer", answer: fail(this.#host.state, status, error, message, code), restart: false };
  }
}

/** Waits until the client or the node is gone. @throws always. */
async function gone(request: IncomingMessage, signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    request.once("close", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  signal.throwIfAborted();
  throw new DOMException("the client went away", "AbortError");
}
