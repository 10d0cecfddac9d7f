import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { describe } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import type { HostFirmware, HostImage } from "../../controller/demo/build-firmware.ts";
import { bootNode, type HostNode, type HostNodeOptions } from "../../controller/demo/host-node.ts";
import { hasTool } from "../support/machine-tools.ts";
import { ownBase, ownUdpPort } from "../support/own-network.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import { builtFirmware } from "./host-firmware.ts";

/** What a test says about its board; the rest is chosen so that boards do not meet. */
export interface BoardOptions extends Partial<HostNodeOptions> {
  readonly version?: string;
  readonly timeoutMs?: number;
}

/** An answer of a node. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The parsed text; undefined where it is no JSON. */
  readonly body: unknown;
}

/** What goes with a request. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A board that a test talks to. It loses its power when it is disposed of. */
export interface Board extends HostNode, AsyncDisposable {
  readonly port: number;
  /** Everything that it printed. */
  readonly console: readonly string[];
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Posts `value` as JSON. */
  post(path: string, value: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  send(method: string, path: string, options?: RequestOptions): Promise<Answer>;
}

/** Of silence on the connection. */
const answerTimeoutMs = 8000;

let boards = 0;

// While the test file is loaded, so that no test's time limit counts the build.
const built = hasTool("compiler") ? await builtFirmware() : undefined;

/** `describe`, for tests that need boards: skipped where there is no compiler to make them with. */
export function describeBoards(what: string, tests: () => void): void {
  describe.skipIf(!built)(`${what} (needs a C++ compiler)`, tests);
}

/** The host firmware of this checkout. */
export function firmware(): HostFirmware {
  if (!built) throw new TypeError("there is no compiler, so there is no firmware");
  return built;
}

/** The image of a version. */
export function imageOf(version: string): HostImage {
  const image = firmware().images.find((candidate) => candidate.version === version);
  if (!image) throw new TypeError(`no image of version ${version} is built`);
  return image;
}

/** A directory for a board, removed when the test has finished. */
export function freshStateDir(): string {
  return join(directoryOfTest(), "board");
}

/** The UDP port of this test process: boards of two files must not hear each other. */
export const udpPort = await ownUdpPort();
const network = (await ownBase()).replace(/1$/, "");

/** An address that no board and no peer had before. */
export function freshAddress(): string {
  return `${network}${++boards}`;
}

/** Boots a board and waits until it serves HTTP. */
export async function board(options: BoardOptions = {}): Promise<Board> {
  const { version = "1.0.0", timeoutMs = 10_000, ...given } = options;
  const address = freshAddress();
  const lines: string[] = [];
  const id = (0xa00000 + (process.pid & 0xfff) * 256 + boards).toString(16).toUpperCase();
  const node = await bootNode(
    {
      stateDir: given.stateDir ?? freshStateDir(),
      firmware: firmware(),
      factoryImage: imageOf(version),
      hostname: `esp_${id}`,
      address,
      httpPort: 0,
      udpPort,
      ...given,
      onLine: (line) => lines.push(line),
    },
    systemClock,
  );
  try {
    return talkTo(node, await node.httpPort(timeoutMs), lines);
  } catch (error) {
    await node.powerCut();
    throw error;
  }
}

function talkTo(node: HostNode, port: number, lines: readonly string[]): Board {
  const send = (method: string, path: string, sent: RequestOptions = {}) => ask(node.address, port, method, path, sent);
  return {
    pid: node.pid,
    hostname: node.hostname,
    address: node.address,
    stateDir: node.stateDir,
    ended: node.ended,
    port,
    console: lines,
    httpPort: (timeoutMs) => node.httpPort(timeoutMs),
    stop: () => node.stop(),
    powerCut: () => node.powerCut(),
    send,
    get: (path, headers = {}) => send("GET", path, { headers }),
    post: (path, value, headers = {}) =>
      send("POST", path, {
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(value),
      }),
    [Symbol.asyncDispose]: () => node.powerCut(),
  };
}

/** One request on a connection of its own. */
export function ask(host: string, port: number, method: string, path: string, sent: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunked = sent.headers?.["Transfer-Encoding"] !== undefined;
    const length = sent.body === undefined || chunked ? {} : { "Content-Length": Buffer.byteLength(sent.body) };
    const outgoing = request({ host, port, method, path, agent: false, headers: { ...length, ...sent.headers } });
    outgoing.once("error", reject);
    outgoing.setTimeout(answerTimeoutMs, () =>
      outgoing.destroy(new Error(`no answer to ${method} ${path} from ${host}:${port}`)),
    );
    outgoing.once("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
      });
    });
    outgoing.end(sent.body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the test that wanted JSON fails on it
  }
}
