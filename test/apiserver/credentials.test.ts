import { X509Certificate } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readAdminToken } from "../../controller/apiserver/admin-kubeconfig.ts";
import type { Identities } from "../../controller/apiserver/authn/identities.ts";
import { type Credentials, openCredentials } from "../../controller/apiserver/credentials.ts";
import { listenHttps } from "../../controller/apiserver/listen.ts";
import type { User } from "../../controller/apiserver/user.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { testServer } from "../support/api-server.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const url = "https://127.0.0.1:7443";
const dayMs = 86_400_000;

describe("credentials", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let clock: ManualClock;
  const log = silentLogger;
  const open = () => openCredentials({ dataDir: directory.path, clock, log });

  beforeEach(async () => {
    directory = await temporaryDirectory();
    clock = new ManualClock(Date.now());
  });
  afterEach(() => directory[Symbol.asyncDispose]());

  it("make a kubeconfig that our own client understands, and that lets its bearer do everything", async () => {
    const credentials = await open();
    const path = await credentials.writeAdminKubeconfig(url);
    const access = await readKubeconfig([path]);
    expect(access).toMatchObject({
      server: url,
      namespace: "default",
      context: "spore",
      ca: credentials.authority.certificate,
    });
    expect(await who(credentials, `Bearer ${access.token}`)).toEqual({
      name: "admin",
      groups: ["system:masters", "system:authenticated"],
    });
  });

  it("keep every secret to their owner, and tokens as hashes only", async () => {
    const path = await (await open()).writeAdminKubeconfig(url);
    const token = (await readAdminToken(path)) ?? "";
    expect(token.length).toBeGreaterThan(40);
    for (const file of ["admin.kubeconfig", "tokens.json", "pki/ca.key"]) {
      expect([file, (await stat(join(directory.path, file))).mode & 0o777]).toEqual([file, 0o600]);
    }
    const others = (await readdir(directory.path, { recursive: true })).filter((file) => file !== "admin.kubeconfig");
    for (const file of others.filter((name) => name.includes("."))) {
      expect([file, (await readFile(join(directory.path, file), "utf8")).includes(token)]).toEqual([file, false]);
    }
  });

  it("are the same after a restart, also on another port", async () => {
    const first = await open();
    const path = await first.writeAdminKubeconfig(url);
    const before = await readFile(path, "utf8");
    const second = await open();
    expect(second.authority.certificate).toBe(first.authority.certificate);
    await second.writeAdminKubeconfig(url);
    expect(await readFile(path, "utf8")).toBe(before);
    const token = await readAdminToken(path);
    await second.writeAdminKubeconfig("https://127.0.0.1:8443");
    expect(await readAdminToken(path)).toBe(token);
    expect(await readFile(path, "utf8")).toContain("8443");
  });

  it("make a new token when the kubeconfig is gone, and forget the lost one", async () => {
    const credentials = await open();
    const path = await credentials.writeAdminKubeconfig(url);
    const lost = await readAdminToken(path);
    await rm(path);
    await credentials.writeAdminKubeconfig(url);
    expect(await readAdminToken(path)).not.toBe(lost);
    await expect(who(credentials, `Bearer ${lost}`)).rejects.toThrow("Unauthorized");
    await writeFile(path, ": not yaml [");
    await credentials.writeAdminKubeconfig(url);
    expect((await readKubeconfig([path])).token).toBeDefined();
  });

  it.each(["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "", "Bearer a b"])("do not accept %j", async (header) => {
    await expect(who(await open(), header)).rejects.toMatchObject({ code: "SPORE_UNAUTHORIZED" });
  });

  it("know nobody without a header", async () => {
    expect(await who(await open(), undefined)).toEqual({
      name: "system:anonymous",
      groups: ["system:unauthenticated"],
    });
  });

  it("say which file is unusable and what to do", async () => {
    await open();
    await writeFile(join(directory.path, "tokens.json"), "{}");
    await expect(open()).rejects.toMatchObject({
      code: "SPORE_DATA_DIR_UNUSABLE",
      message: expect.stringContaining("tokens.json"),
    });
    await rm(join(directory.path, "tokens.json"));
    const key = await readFile(join(directory.path, "pki", "ca.key"), "utf8");
    await rm(join(directory.path, "pki"), { recursive: true });
    await open();
    await writeFile(join(directory.path, "pki", "ca.key"), key);
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining("do not belong together") });
  });

  it("notice that the authority has expired", async () => {
    await open();
    await clock.advance(3651 * dayMs);
    await expect(open()).rejects.toMatchObject({
      code: "SPORE_DATA_DIR_UNUSABLE",
      message: expect.stringContaining("expired"),
    });
  });

  it("renew the server's certificate while it runs", async () => {
    const credentials = await open();
    await using api = await testServer();
    const access = { authority: credentials.authority, authenticator: identitiesOf(credentials) };
    await using listener = await listenHttps({
      server: api,
      credentials: access,
      host: "127.0.0.1",
      port: 0,
      clock,
      log,
    });
    const first = await certificateAt(listener.port);
    expect(first.checkIssued(new X509Certificate(credentials.authority.certificate))).toBe(true);
    await clock.advance(59 * dayMs);
    expect((await certificateAt(listener.port)).serialNumber).toBe(first.serialNumber);
    await clock.advance(2 * dayMs);
    await renewed(listener.port, first.serialNumber);
  });
});

/** Making a key takes real time; asks until it is done. */
async function renewed(port: number, serialNumber: string): Promise<void> {
  while ((await certificateAt(port)).serialNumber === serialNumber)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function certificateAt(port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

/** Who bears a token, over a connection without a certificate. */
function who(credentials: Credentials, authorization: string | undefined): Promise<User> {
  return identitiesOf(credentials).authenticate({ authorization, certificate: undefined, rawHeaders: [] });
}

function identitiesOf(credentials: Credentials): Identities {
  return credentials.identities(openMemoryStore({ clock: systemClock }), seededRandom(1));
}
