import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { systemClock as clock, sleep } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import { type Answer, HttpConnection, type Target } from "./http-connection.ts";
import type { Dialect, LoadJob, LoadMessage, LoadResult } from "./load.ts";

/** The process of `load.ts`: does what the first message says, answers, and ends. */
const never = new AbortController().signal;
/** Each client goes round so many objects of its own. */
const objectsPerClient = 20;
/** About what a Node with its status takes. */
const filling = "x".repeat(1000);
/** Until the compilers on both sides have done what they will. */
const warmUpShare = 0.25;

const configMaps = "/api/v1/namespaces/default/configmaps";

function configMap(name: string, sequence: number): string {
  return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":{"seq":"${sequence}","text":"${filling}"}}`;
}

/** The same bytes under the same name, as etcd's gateway wants them. */
function keyValue(name: string, sequence: number): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return `{"key":"${base64(`/registry/configmaps/default/${name}`)}","value":"${base64(configMap(name, sequence))}"}`;
}

/** Sends one request, and insists on success. */
async function send(connection: HttpConnection, method: string, path: string, body?: string): Promise<Answer> {
  const answer = await connection.send(method, path, body);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new SporeError("SPORE_UNAVAILABLE", `${method} ${path}: ${answer.status} ${answer.excerpt}`);
}

interface Speaker {
  make(connection: HttpConnection, name: string): Promise<Answer>;
  put(connection: HttpConnection, name: string, sequence: number): Promise<Answer>;
  get(connection: HttpConnection, name: string): Promise<Answer>;
}

const speakers: Readonly<Record<Dialect, Speaker>> = {
  spore: {
    make: (connection, name) => send(connection, "POST", configMaps, configMap(name, 0)),
    put: (connection, name, sequence) => send(connection, "PUT", `${configMaps}/${name}`, configMap(name, sequence)),
    get: (connection, name) => send(connection, "GET", `${configMaps}/${name}`),
  },
  etcd: {
    make: (connection, name) => send(connection, "POST", "/v3/kv/put", keyValue(name, 0)),
    put: (connection, name, sequence) => send(connection, "POST", "/v3/kv/put", keyValue(name, sequence)),
    get: (connection, name) =>
      send(
        connection,
        "POST",
        "/v3/kv/range",
        `{"key":"${Buffer.from(`/registry/configmaps/default/${name}`).toString("base64")}"}`,
      ),
  },
};

type Job<K extends LoadJob["kind"]> = Extract<LoadJob, { kind: K }>;

async function flood({ dialect, verb, clients, durationMs, target }: Job<"flood">): Promise<LoadResult> {
  const speaker = speakers[dialect];
  const run = `${process.pid}`;
  const tookMs: number[] = [];
  let bodyBytes = 0;
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(target)));
  const names = (client: number) =>
    Array.from({ length: objectsPerClient }, (_, index) => `bench-${run}-${client}-${index}`);
  await Promise.all(
    connections.map(async (connection, client) => {
      for (const name of names(client)) await speaker.make(connection, name);
    }),
  );
  const countsFromMs = clock.monotonic() + durationMs * warmUpShare;
  const endsMs = countsFromMs + durationMs;
  await Promise.all(
    connections.map(async (connection, client) => {
      const own = names(client);
      for (let sequence = 1; ; sequence++) {
        const startMs = clock.monotonic();
        if (startMs >= endsMs) return;
        const name = own[sequence % objectsPerClient] ?? "";
        const answer =
          verb === "put" ? await speaker.put(connection, name, sequence) : await speaker.get(connection, name);
        if (startMs >= countsFromMs) tookMs.push(clock.monotonic() - startMs);
        bodyBytes = answer.bodyBytes;
      }
    }),
  );
  for (const connection of connections) connection[Symbol.dispose]();
  return summary(tookMs, durationMs, bodyBytes);
}

async function paced({ writes, pauseMs, target }: Job<"paced">): Promise<LoadResult> {
  using connection = await HttpConnection.open(target);
  const { make, put } = speakers.spore;
  const name = `paced-${process.pid}`;
  await make(connection, name);
  const warmUp = Math.ceil(writes * warmUpShare);
  const tookMs: number[] = [];
  const beganMs = clock.monotonic();
  for (let sequence = 1; sequence <= warmUp + writes; sequence++) {
    await sleep(clock, pauseMs, never);
    const startMs = clock.monotonic();
    await put(connection, name, sequence);
    if (sequence > warmUp) tookMs.push(clock.monotonic() - startMs);
  }
  return summary(tookMs, clock.monotonic() - beganMs, 0);
}

async function list({ path, times, target }: Job<"list">): Promise<LoadResult> {
  using connection = await HttpConnection.open(target);
  const tookMs: number[] = [];
  let bodyBytes = 0;
  const beganMs = clock.monotonic();
  for (let round = -1; round < times; round++) {
    const startMs = clock.monotonic();
    const answer = await send(connection, "GET", path);
    if (round >= 0) tookMs.push(clock.monotonic() - startMs);
    bodyBytes = answer.bodyBytes;
  }
  return summary(tookMs, clock.monotonic() - beganMs, bodyBytes);
}

async function fanout({ watchers, connections, writes, pauseMs, target }: Job<"fanout">): Promise<LoadResult> {
  using writer = await HttpConnection.open(target);
  const { make, put } = speakers.spore;
  const name = `fanout-${process.pid}`;
  await make(writer, name);
  const sessions = await Promise.all(Array.from({ length: connections }, () => openSession(target)));
  const sentMs: number[] = [];
  const tookMs: number[] = [];
  const seen = (sequence: number) => {
    const startMs = sentMs[sequence];
    if (startMs !== undefined) tookMs.push(clock.monotonic() - startMs);
  };
  const streams = await Promise.all(
    Array.from({ length: watchers }, (_, index) => openWatch(sessions[index % connections], target, seen)),
  );
  const warmUp = Math.ceil(writes * warmUpShare);
  const beganMs = clock.monotonic();
  for (let sequence = 1; sequence <= warmUp + writes; sequence++) {
    if (sequence === warmUp + 1) tookMs.length = 0;
    await sleep(clock, pauseMs, never);
    sentMs[sequence] = clock.monotonic();
    await put(writer, name, sequence);
  }
  const expected = writes * watchers;
  for (let waited = 0; tookMs.length < expected && waited < 100; waited++) await sleep(clock, 50, never);
  for (const stream of streams) stream.close();
  for (const session of sessions) session.destroy();
  if (tookMs.length < expected) {
    throw new SporeError("SPORE_TIMEOUT", `${expected - tookMs.length} of ${expected} events did not arrive`);
  }
  return summary(tookMs, clock.monotonic() - beganMs, 0);
}

async function openSession({ host, port, ca }: Target): Promise<ClientHttp2Session> {
  const session = connect(`https://${host}:${port}`, { ca, checkServerIdentity: () => undefined });
  await once(session, "remoteSettings");
  return session;
}

async function openWatch(
  session: ClientHttp2Session | undefined,
  { authorization = "" }: Target,
  seen: (sequence: number) => void,
): Promise<ClientHttp2Stream> {
  if (session === undefined) throw new SporeError("SPORE_INTERNAL", "there is no connection for a watch");
  const stream = session.request({ ":path": `${configMaps}?watch=1&resourceVersion=0`, authorization });
  let rest = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith('{"type":"MODIFIED"')) seen(Number(/"seq":"(\d+)"/.exec(line)?.[1]));
  });
  await once(stream, "response");
  return stream;
}

function summary(tookMs: readonly number[], inMs: number, bodyBytes: number): LoadResult {
  const sorted = Float64Array.from(tookMs).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const count = sorted.length;
  return { perSecond: (count / inMs) * 1000, medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1), count, bodyBytes };
}

function run(job: LoadJob): Promise<LoadResult> {
  switch (job.kind) {
    case "flood":
      return flood(job);
    case "paced":
      return paced(job);
    case "list":
      return list(job);
    case "fanout":
      return fanout(job);
  }
}

function say(message: LoadMessage): void {
  process.send?.(message);
}

process.once("disconnect", () => process.exit());
process.once("message", (job: LoadJob) => {
  run(job).then(
    (result) => say({ kind: "done", result }),
    (error: unknown) => say({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
});
