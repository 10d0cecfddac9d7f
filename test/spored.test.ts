import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { Secret } from "../controller/api/core-kinds.ts";
import { NodeGroup } from "../controller/api/node-group.ts";
import { NodeGroupRevision } from "../controller/api/node-group-revision.ts";
import { systemClock } from "../controller/base/clock.ts";
import { seededRandom } from "../controller/base/random.ts";
import { apiClient } from "../controller/client/api-client.ts";
import type { Client } from "../controller/client/client.ts";
import { httpsTransport } from "../controller/client/https-transport.ts";
import { readKubeconfig } from "../controller/client/kubeconfig.ts";
import { readConfiguration } from "../controller/config/read-configuration.ts";
import { runSpored } from "../controller/spored.ts";
import { eventually, never } from "./reconcilers/control-plane.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

interface Spored {
  readonly client: Client;
  readonly dataDir: string;
  /** All that was logged so far, at every level, as `spored` itself would print it. */
  readonly logged: () => string;
}

/** All of `spored` but its `main`, on free ports of an address of its own, used as an administrator does. */
async function startSpored(): Promise<Spored> {
  const directory = await temporaryDirectory();
  const dataDir = join(directory.path, "data");
  await mkdir(dataDir, { mode: 0o755 }); // as somebody who did not know better made it
  const address = "127.83.1.1";
  const words = ["--data-dir", dataDir, "--api-port", "0", "--gateway-port", "0", "--log-level", "debug"];
  const hears = ["--udp-port", "42183", "--discovery-bind", address, "--broadcast", "127.255.255.255"];
  const invocation = readConfiguration([...words, ...hears], {});
  if (invocation.kind !== "run") throw new Error("the command line asks for nothing");
  let text = "";
  let tellReady = () => {};
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  const log = pino(
    { level: "debug" },
    {
      write(line: string) {
        text += line;
        if (line.includes('"ready":true')) tellReady();
      },
    },
  );
  const stop = new AbortController();
  const { configuration } = invocation;
  const running = runSpored({ configuration, clock: systemClock, random: seededRandom(1), log }, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await directory[Symbol.asyncDispose]();
  });
  await Promise.race([ready, running]);
  const access = await readKubeconfig([join(dataDir, "admin.kubeconfig")]);
  const connection = httpsTransport(access, systemClock);
  onTestFinished(() => connection[Symbol.asyncDispose]());
  return {
    client: apiClient(connection.transport, { clock: systemClock, userAgent: "test/1" }),
    dataDir,
    logged: () => text,
  };
}

const lab = { namespace: "default", name: "lab" };
const group = {
  metadata: lab,
  spec: {
    selector: { matchLabels: { room: "lab" } },
    template: { config: [{ secretRef: { name: "lab-wifi" } }] },
  },
};

it("spored makes a deleted group's revisions and their Secrets go with it, and the same group again works", async () => {
  const { client } = await startSpored();
  const written = async () => (await client.list(NodeGroupRevision, { namespace: "default" }, never)).items;
  await client.create(Secret, { metadata: { ...lab, name: "lab-wifi" }, stringData: { a: "b" } }, { signal: never });
  for (const _round of ["first", "second"]) {
    await client.create(NodeGroup, group, { signal: never });
    await expect.poll(async () => (await written()).length).toBe(1);
    const [revision] = await written();
    const secretName = revision?.spec.config?.secretName ?? "";
    await eventually(client, Secret, secretName, (secret) => secret !== undefined);
    await client.delete(NodeGroup, lab, { signal: never });
    await eventually(client, Secret, secretName, (secret) => secret === undefined);
    expect(await written()).toEqual([]);
  }
});

it("spored logs nothing of a Secret, even at debug, whatever becomes of it", async () => {
  const { client, logged } = await startSpored();
  const word = "correct-horse-battery";
  const encoded = Buffer.from(word).toString("base64");
  const applied = JSON.stringify({ stringData: { password: word } });
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied };
  const metadata = { ...lab, name: "lab-wifi", annotations };
  await client.create(Secret, { metadata, stringData: { password: word } }, { signal: never });
  const wrong = client.create(
    Secret,
    { metadata: { ...lab, name: "wrong" }, data: { [word]: `${word}!` } },
    { signal: never },
  );
  await expect(wrong).rejects.toMatchObject({ code: "SPORE_INVALID" });
  await client.create(NodeGroup, group, { signal: never });
  const noted = (one: NodeGroup | undefined) => one?.status?.observedGeneration !== undefined;
  await eventually(client, NodeGroup, "lab", noted);
  await client.patch(
    Secret,
    metadata,
    { type: "merge", body: { stringData: { wifi_password: word } } },
    { signal: never },
  );
  const stalled = (one: NodeGroup | undefined) => JSON.stringify(one?.status).includes("InvalidConfig");
  const refused = await eventually(client, NodeGroup, "lab", stalled);
  expect(JSON.stringify(refused?.status)).not.toContain(word);
  expect(logged()).toContain("request answered");
  expect(logged()).not.toContain(word);
  expect(logged()).not.toContain(encoded);
});

it("spored lets nobody else read what it writes, whoever made the data directory", async () => {
  const { dataDir } = await startSpored();
  const entries = await readdir(dataDir, { recursive: true });
  expect(entries).toContain("admin.kubeconfig");
  const modes = await Promise.all(
    entries.map(async (path) => ({ path, mode: (await stat(join(dataDir, path))).mode })),
  );
  const open = modes.filter(({ path, mode }) => (mode & 0o077) !== 0 && !path.includes("/"));
  expect(open).toEqual([]);
});

it("spored keeps no keys where every user may exchange them", async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o1777); // as /tmp
  const invocation = readConfiguration(["--data-dir", directory.path, "--api-port", "0", "--gateway-port", "0"], {});
  if (invocation.kind !== "run") throw new Error("the command line asks for nothing");
  const { configuration } = invocation;
  const around = { configuration, clock: systemClock, random: seededRandom(1), log: pino({ level: "silent" }) };
  await expect(runSpored(around, never)).rejects.toMatchObject({ code: "SPORE_DATA_DIR_UNUSABLE" });
  expect(await readdir(directory.path)).toEqual([]);
});
