import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type CertificateAuthority, openCertificateAuthority } from "../../apiserver/certificate-authority.ts";
import { sleep } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import type { BenchContext } from "../row.ts";
import { HttpConnection, type Target } from "./http-connection.ts";

/** Debian's etcd in a process of its own, with its data on the disk that is measured. */
export interface Etcd extends AsyncDisposable {
  readonly pid: number;
  /** Its JSON gateway, over TLS as ours. */
  readonly target: Target;
}

const startTimeoutMs = 15_000;
const lookEveryMs = 50;

/** @throws SporeError `SPORE_UNAVAILABLE` when there is no etcd and it cannot be installed, or it does not start. */
export async function startEtcd(directory: string, context: BenchContext): Promise<Etcd> {
  provideEtcd();
  const { clock, signal } = context;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const authority = await openCertificateAuthority(join(directory, "pki"), clock);
  const files = await certificateFiles(authority, directory);
  const [port, peerPort] = [await freePort(), await freePort()];
  const flags = {
    "data-dir": join(directory, "data"),
    "listen-client-urls": `https://127.0.0.1:${port}`,
    "advertise-client-urls": `https://127.0.0.1:${port}`,
    "listen-peer-urls": `http://127.0.0.1:${peerPort}`,
    "initial-advertise-peer-urls": `http://127.0.0.1:${peerPort}`,
    "initial-cluster": `default=http://127.0.0.1:${peerPort}`,
    "cert-file": files.certificate,
    "key-file": files.key,
    "log-level": "error",
  };
  const words = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawn("etcd", words, { stdio: "ignore", env: { PATH: process.env.PATH } });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.on("error", () => {}); // then it does not answer, which is told below
  const target = { host: "127.0.0.1", port, ca: authority.certificate };
  const etcd = {
    pid: child.pid ?? 0,
    target,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
  const startMs = clock.monotonic();
  while (!(await answers(target))) {
    if (signal.aborted || clock.monotonic() - startMs > startTimeoutMs) {
      await etcd[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw new SporeError("SPORE_UNAVAILABLE", `etcd does not answer after ${startTimeoutMs / 1000} s`);
    }
    await sleep(clock, lookEveryMs, new AbortController().signal);
  }
  return etcd;
}

/** Installs Debian's etcd where it is missing and that is possible without asking. */
function provideEtcd(): void {
  if (isInstalled()) return;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    process.stderr.write("installing etcd-server\n");
    try {
      const words = ["install", "-y", "-qq", "--no-install-recommends", "etcd-server"];
      execFileSync("apt-get", words, { env, stdio: "ignore", timeout: 300_000 });
    } catch {
      // said below
    }
  }
  if (isInstalled()) return;
  const hint = "install it; on Debian: apt-get install etcd-server";
  throw new SporeError("SPORE_UNAVAILABLE", `this row compares with etcd, and there is none (${hint})`, { hint });
}

function isInstalled(): boolean {
  return spawnSync("etcd", ["--version"], { stdio: "ignore" }).status === 0;
}

async function certificateFiles(authority: CertificateAuthority, directory: string) {
  const identity = await authority.issueServer(["localhost", "127.0.0.1"]);
  const [certificate, key] = [join(directory, "server.crt"), join(directory, "server.key")];
  await writeFile(certificate, identity.certificate);
  await writeFile(key, identity.key, { mode: 0o600 });
  return { certificate, key };
}

async function answers(target: Target): Promise<boolean> {
  try {
    using connection = await HttpConnection.open(target);
    const { status } = await connection.send("POST", "/v3/kv/range", '{"key":"AA=="}');
    return status === 200;
  } catch {
    return false; // not yet
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
