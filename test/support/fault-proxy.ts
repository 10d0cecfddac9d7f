import { connect, createServer, type Socket } from "node:net";

/** What the proxy does to a request; `hold` and `silent` last until `releaseAll` or the end of the connection. */
export type WireFault =
  /** Takes this many bytes of the request, passes them on, and resets the connection. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Takes this many bytes of the request, passes them on, and reads no further. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  /** Takes the whole request, keeps it from the device, and never answers. */
  | { readonly kind: "silent" }
  /** Takes the whole request, keeps it from the device, and resets the connection. */
  | { readonly kind: "loseRequest" }
  /** Lets the device answer, and resets the connection instead of passing the answer on. */
  | { readonly kind: "loseAnswer" }
  /** Passes on half of the answer's body as if it were all. */
  | { readonly kind: "halfBody" }
  /** Passes on half of the answer, and closes. */
  | { readonly kind: "halfAnswer" }
  /** Keeps the answer until it is released. */
  | { readonly kind: "hold" };

/** One request that came by. */
export interface ProxiedRequest {
  /** `POST /api/node/update`. */
  readonly name: string;
  /** Whether all of it arrived at the proxy. */
  whole: boolean;
  /** Whether the device's answer arrived at the proxy. */
  answered: boolean;
}

/** Stands between a controller and any device, and spoils the wire as a test says. */
export class FaultProxy implements AsyncDisposable {
  readonly requests: ProxiedRequest[] = [];
  /** What happens to requests whose name it matches. */
  fault: { readonly on: RegExp; readonly does: WireFault } | undefined;
  /** The most requests that were under way at once: from their first byte to the last byte of their answer. */
  worstConcurrency = 0;
  readonly #underWay = new Set<ProxiedRequest>();
  readonly #device: { readonly address: string; readonly port: number };
  readonly #open = new Set<Socket>();
  readonly #held: (() => void)[] = [];
  #holding = true;
  readonly #server = createServer({ noDelay: true }, (client) => this.#serve(client));

  private constructor(device: { readonly address: string; readonly port: number }) {
    this.#device = device;
  }

  static async before(device: { readonly address: string; readonly port: number }): Promise<FaultProxy> {
    const proxy = new FaultProxy(device);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new TypeError("the proxy has a port while it is open");
    return address.port;
  }

  /** How often a request of this name came by. */
  count(name: string): number {
    return this.requests.filter((request) => request.name === name).length;
  }

  /** Passes on the answers that are held, and holds none from now on. */
  releaseAll(): void {
    this.#holding = false;
    for (const pass of this.#held.splice(0)) pass();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: Socket): void {
    this.#track(client);
    let request: ProxiedRequest | undefined;
    let soFar = Buffer.alloc(0);
    let device: Socket | undefined;
    let passed = 0;
    const passOn = (bytes: Buffer) => {
      passed += bytes.length;
      device?.write(bytes);
    };
    client.on("data", (chunk: Buffer) => {
      soFar = Buffer.concat([soFar, chunk]);
      const name = nameIn(soFar);
      if (name === undefined) return;
      if (!request) {
        soFar = this.#addressed(soFar);
        request = { name, whole: false, answered: false };
        this.requests.push(request);
        this.#underWay.add(request);
        this.worstConcurrency = Math.max(this.worstConcurrency, this.#underWay.size);
      }
      const fault = this.fault?.on.test(name) ? this.fault.does : undefined;
      request.whole = isWhole(soFar);
      if (fault?.kind === "silent") return;
      if (fault?.kind === "loseRequest") {
        if (request.whole) client.resetAndDestroy();
        return;
      }
      device ??= this.#reach(client, request, fault);
      const limit = fault?.kind === "cut" || fault?.kind === "stall" ? fault.afterBytes : Number.POSITIVE_INFINITY;
      passOn(soFar.subarray(passed, Math.min(soFar.length, limit)));
      if (soFar.length < limit) return;
      if (fault?.kind === "stall") client.pause();
      else {
        device.resetAndDestroy();
        client.resetAndDestroy();
      }
    });
    client.on("close", () => {
      if (request) this.#underWay.delete(request);
      device?.destroy();
    });
  }

  /** With the device's own `Host`: it may refuse to answer for others. */
  #addressed(soFar: Buffer): Buffer<ArrayBuffer> {
    const head = soFar.toString("latin1", 0, soFar.indexOf("\r\n\r\n"));
    const host = `Host: ${this.#device.address}:${this.#device.port}`;
    return Buffer.concat([Buffer.from(head.replace(/^Host: .*$/m, host)), soFar.subarray(head.length)]);
  }

  #reach(client: Socket, request: ProxiedRequest, fault: WireFault | undefined): Socket {
    const device = connect({ host: this.#device.address, port: this.#device.port, noDelay: true });
    const answer: Buffer[] = [];
    device.on("error", () => client.resetAndDestroy());
    device.on("data", (chunk: Buffer) => {
      answer.push(chunk);
      request.answered = true;
      if (isWhole(Buffer.concat(answer))) this.#underWay.delete(request);
      if (fault === undefined) client.write(chunk);
    });
    device.on("close", () => {
      this.#underWay.delete(request);
      if (answer.length === 0) client.resetAndDestroy();
      else if (fault?.kind === "stall")
        return; // a device that would not have it anyway; the controller must not hear of that
      else if (fault?.kind === "hold") this.#hold(() => client.end(Buffer.concat(answer)));
      else if (fault?.kind === "loseAnswer") client.resetAndDestroy();
      else if (fault?.kind === "halfBody") client.end(withHalfBody(Buffer.concat(answer)));
      else if (fault?.kind === "halfAnswer") client.end(Buffer.concat(answer).subarray(0, -4));
      else client.end();
    });
    return device;
  }

  #hold(pass: () => void): void {
    if (this.#holding) this.#held.push(pass);
    else pass();
  }

  #track(client: Socket): void {
    this.#open.add(client);
    client.on("error", () => {}); // the controller may break off: that is what is tested
    client.on("close", () => this.#open.delete(client));
  }
}

/** `GET /api/node/status` once the head of the request is there. */
function nameIn(soFar: Buffer): string | undefined {
  if (!soFar.includes("\r\n\r\n")) return undefined;
  const [method = "", uri = ""] = soFar.toString("latin1", 0, soFar.indexOf("\r\n")).split(" ");
  return `${method} ${uri.split("?", 1)[0]}`;
}

/** Whether a request, or an answer that says its length, is there to its end. */
function isWhole(soFar: Buffer): boolean {
  const headEnd = soFar.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(soFar.toString("latin1", 0, headEnd))?.[1] ?? "0";
  return soFar.length >= headEnd + 4 + Number(length);
}

/** Half of the body, under a length that fits it. */
function withHalfBody(answer: Buffer): Buffer {
  const headEnd = answer.indexOf("\r\n\r\n") + 4;
  const chunked = /transfer-encoding: chunked/i.test(answer.toString("latin1", 0, headEnd));
  const whole = chunked ? withoutChunks(answer.subarray(headEnd)) : answer.subarray(headEnd);
  const body = whole.subarray(0, whole.length >> 1);
  const status = answer.toString("latin1", 0, answer.indexOf("\r\n"));
  return Buffer.concat([Buffer.from(`${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`), body]);
}

function withoutChunks(body: Buffer): Buffer {
  const lineEnd = body.indexOf("\r\n");
  const length = Number.parseInt(body.toString("latin1", 0, lineEnd), 16);
  if (!(length > 0)) return Buffer.alloc(0);
  const end = lineEnd + 2 + length;
  return Buffer.concat([body.subarray(lineEnd + 2, end), withoutChunks(body.subarray(end + 2))]);
}
