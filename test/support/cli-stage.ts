import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { type Clock, systemClock } from "../../controller/base/clock.ts";
import type { Io, Screen } from "../../controller/cli/io.ts";
import { runCli } from "../../controller/cli/run-cli.ts";
import { Asker, admin, nodeManifest, urls } from "./api-server.ts";
import { httpsServer, testIdentity } from "./https-server.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What a command left behind. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A server over HTTPS, and `sporectl` beside it. */
export interface CliStage extends AsyncDisposable {
  /** Runs `sporectl` with those words to its end; `input` stands on its standard input. */
  run(words: string, input?: string): Promise<Ran>;
  /** Starts it, for commands that wait. */
  start(words: string): Running;
  /** Asks the server past `sporectl`. */
  readonly asker: Asker;
  readonly kubeconfig: string;
  /** A fresh directory; a word `%/x` of a command line means the file x in it. */
  readonly folder: string;
  /** Writes a file into it. */
  file(name: string, content: string | Uint8Array): Promise<void>;
}

/** A command that is under way. */
export interface Running {
  readonly ended: Promise<Ran>;
  /** Resolves once it has written text that matches. */
  shows(pattern: RegExp): Promise<void>;
  interrupt(): void;
}

const startMs = Date.parse("2026-11-20T18:00:00Z");
/** How much later than the server the user looks at the clock: all that the stage makes is 41 s old. */
const userLateMs = 41_000;

/** Wall time stands still, so that ages and timestamps can be told in advance; delays are real. */
function stillClock(nowMs: number): Clock {
  return { ...systemClock, now: () => nowMs };
}

export async function cliStage(): Promise<CliStage> {
  const identity = await testIdentity();
  const server = await httpsServer(identity, { clock: stillClock(startMs) });
  const directory = await temporaryDirectory();
  const folder = directory.path;
  const { kubeconfig } = server;
  const hide = (text: string) =>
    text.replaceAll(folder, "%").replaceAll(server.listener.url, "https://server").replaceAll(kubeconfig, "KUBECONFIG");
  const start = (words: string, input = "") => startCli(words.replaceAll("%", folder), { input, kubeconfig, hide });
  return {
    run: (words, input) => start(words, input).ended,
    start,
    asker: new Asker(inProcessTransport(server.api, admin)),
    kubeconfig,
    folder,
    file: (name, content) => writeFile(join(folder, name), content),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await identity[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

interface Surroundings {
  readonly input: string;
  readonly kubeconfig: string;
  readonly hide: (text: string) => string;
}

function startCli(words: string, { input, kubeconfig, hide }: Surroundings): Running {
  const interrupted = new AbortController();
  const written = { out: "", err: "" };
  const waiting = new Set<() => void>();
  const screen = (name: "out" | "err"): Screen => ({
    write(text) {
      written[name] += text;
      for (const look of waiting) look();
    },
    isTerminal: false,
    width: 80,
  });
  async function* stdin() {
    yield Buffer.from(input);
  }
  const io: Io = {
    out: screen("out"),
    err: screen("err"),
    input: stdin(),
    env: { SPORE_KUBECONFIG: kubeconfig },
    clock: stillClock(startMs + userLateMs),
    signal: interrupted.signal,
  };
  const ended = runCli(splitWords(words), io).then((code) => ({
    code,
    out: hide(written.out),
    err: hide(written.err),
  }));
  return {
    ended,
    interrupt: () => interrupted.abort(),
    shows: (pattern) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!pattern.test(written.out + written.err)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then((ran) => reject(new TypeError(`ended without ${pattern}: ${JSON.stringify(ran)}`)));
      }),
  };
}

/** Words as a shell splits them, with single quotes. */
function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** What depends on how much a server writes for itself when it starts. */
function withoutCounters(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "00000000-0000-4000-8000-000000000000")
    .replace(/(resourceVersion"?: )"\d+"/g, '$1"1"');
}

/** Holds what a command wrote, and its exit code, against `test/golden/cli/<name>.txt`; `vitest -u` rewrites it. */
export async function expectGolden(name: string, line: string, { code, out, err }: Ran): Promise<void> {
  const text = `$ sporectl ${line}\n${out}${err === "" ? "" : `--- stderr\n${err}`}--- exit code ${code}\n`;
  await expect(withoutCounters(text)).toMatchFileSnapshot(
    fileURLToPath(new URL(`../golden/cli/${name}.txt`, import.meta.url)),
  );
}

/** Three boards and a group of them, an Event, and a ConfigMap of another namespace: each with the status that reconcilers would give it. */
export async function furnish({ asker }: CliStage): Promise<void> {
  await made(asker.post(urls.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "attic" } }));
  const nodes = [
    { name: "esp-a00001", room: "lab", owner: "default", reason: "Converged", version: "1.1.0" },
    { name: "esp-a00002", room: "lab", owner: "attic", reason: "Converged", version: "1.1.0" },
    { name: "esp-a00003", room: "hall", owner: undefined, reason: "Unowned", version: "1.0.0" },
  ];
  for (const [index, { name, room, owner, reason, version }] of nodes.entries()) {
    const spec = owner === undefined ? {} : { owner: { namespace: owner } };
    await made(asker.post(urls.nodes, nodeManifest(name, spec, { labels: { room, "spore.dev/family": "spore" } })));
    await made(asker.merge(`${urls.nodes}/${name}/status`, { status: nodeStatus(name, index, reason, version) }));
  }
  const template = { firmware: { name: "lab-sensor-1.1.0" } };
  const selector = { matchLabels: { room: "lab" } };
  const type = { apiVersion: "spore.dev/v1alpha1", kind: "NodeGroup" };
  await made(asker.post(urls.groups, { ...type, metadata: { name: "lab-sensors" }, spec: { selector, template } }));
  await made(asker.merge(`${urls.groups}/lab-sensors/status`, { status: groupStatus }));
  const { uid } = (await asker.get(`${urls.nodes}/esp-a00001`)).json.metadata;
  await made(asker.post(urls.events, { ...event, involvedObject: { ...event.involvedObject, uid } }));
}

async function made(answer: ReturnType<Asker["send"]>): Promise<void> {
  const { status, text } = await answer;
  expect(status, text).toBeLessThan(300);
}

const since = "2026-11-20T17:59:30Z";

function nodeStatus(name: string, index: number, reason: string, version: string) {
  const isReady = reason === "Converged";
  const message = isReady ? "The device is what it should be." : "Nobody has adopted this node.";
  const ready = { type: "Ready", status: isReady ? "True" : "False", reason, message };
  return {
    observedGeneration: 1,
    phase: "Active",
    address: `192.168.1.${100 + index}`,
    port: 80,
    hostname: name.replace("-", "_"),
    chipId: 0xa00001 + index,
    platform: "esp8266",
    firmware: { name: "lab-sensor", version, source: "Reported" },
    endpoints: [{ method: "POST", uri: "/api/node/update" }],
    conditions: [{ ...ready, observedGeneration: 1, lastTransitionTime: since }],
  };
}

const groupStatus = {
  observedGeneration: 1,
  nodes: 1,
  updatedNodes: 0,
  readyNodes: 0,
  unavailableNodes: 1,
  conditions: [
    {
      type: "Ready",
      status: "False",
      reason: "RollingOut",
      message: "0 of 1 nodes are up to date.",
      observedGeneration: 1,
      lastTransitionTime: since,
    },
    {
      type: "Reconciling",
      status: "True",
      reason: "RollingOut",
      message: "esp-a00001 takes the image.",
      observedGeneration: 1,
      lastTransitionTime: since,
    },
  ],
};

const event = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "esp-a00001.1", namespace: "default" },
  involvedObject: { apiVersion: "spore.dev/v1alpha1", kind: "Node", name: "esp-a00001" },
  type: "Normal",
  reason: "Installed",
  message: "lab-sensor 1.1.0 runs.",
  source: { component: "node-reconciler" },
  count: 2,
  firstTimestamp: since,
  lastTimestamp: "2026-11-20T18:00:00Z",
};
