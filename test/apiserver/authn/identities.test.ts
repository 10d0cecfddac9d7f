import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Identities } from "../../../controller/apiserver/authn/identities.ts";
import { TokenSigner } from "../../../controller/apiserver/authn/signed-token.ts";
import { UserDirectory } from "../../../controller/apiserver/authn/user-directory.ts";
import { type Credentials, openCredentials } from "../../../controller/apiserver/credentials.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { randomInteger, seededRandom } from "../../../controller/base/random.ts";
import { openMemoryStore } from "../../../controller/store/memory.ts";
import { newAuthority } from "../../support/certificates.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const hourMs = 3_600_000;
const refusal = { code: "SPORE_UNAUTHORIZED", message: "Unauthorized" };
const audience = "https://kubernetes.default.svc";

describe("Identities", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let clock: ManualClock;
  let credentials: Credentials;
  let identities: Identities;
  const store = openMemoryStore({ clock: new ManualClock() });

  beforeEach(async () => {
    directory = await temporaryDirectory();
    clock = new ManualClock(Date.now());
    credentials = await openCredentials({ dataDir: directory.path, clock, log: silentLogger });
    identities = credentials.identities(store, seededRandom(1));
  });
  afterEach(() => directory[Symbol.asyncDispose]());

  const who = (authorization?: string, pem?: string) => {
    const certificate = pem === undefined ? undefined : new Uint8Array(new X509Certificate(pem).raw);
    return identities.authenticate({ authorization, certificate, rawHeaders: [] });
  };
  const client = (user: string, groups: readonly string[] = [], lifetimeMs = hourMs) =>
    credentials.authority.issueClient({ user, groups }, lifetimeMs);

  describe("by certificate", () => {
    it("read the user from the common name, and a group from each organisation", async () => {
      const { certificate } = await client("alice, of: lab", ["ops", "a=b,c"]);
      const fingerprint = new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
      expect(await who(undefined, certificate)).toEqual({
        name: "alice, of: lab",
        groups: ["ops", "a=b,c", "system:authenticated"],
        extra: { "authentication.kubernetes.io/credential-id": [`X509SHA256=${fingerprint}`] },
      });
    });

    it("let nobody in once it has run out", async () => {
      const { certificate } = await client("alice");
      await clock.advance(hourMs - 2000);
      expect((await who(undefined, certificate)).name).toBe("alice");
      await clock.advance(3000);
      await expect(who(undefined, certificate)).rejects.toMatchObject(refusal);
    });

    it("take none of another authority, nor one of a server, nor the authority itself", async () => {
      const foreign = await (await newAuthority()).identify("admin");
      const server = await credentials.authority.issueServer(["localhost"]);
      for (const pem of [foreign.certificate, server.certificate, credentials.authority.certificate]) {
        await expect(who(undefined, pem)).rejects.toMatchObject(refusal);
      }
    });

    it("take none from before the user was revoked, and one from afterwards", async () => {
      const [old, other] = [await client("alice"), await client("bob")];
      await clock.advance(5000);
      const atMs = clock.now();
      await credentials.users.change((records) => ({ ...records, revocations: [{ user: "alice", atMs }] }));
      await expect(who(undefined, old.certificate)).rejects.toMatchObject(refusal);
      expect((await who(undefined, other.certificate)).name).toBe("bob");
      const notBeforeMs = (Math.floor(atMs / 1000) + 1) * 1000;
      const fresh = await credentials.authority.issueClient({ user: "alice", groups: [], notBeforeMs }, hourMs);
      await clock.advance(1000);
      expect((await who(undefined, fresh.certificate)).name).toBe("alice");
    });

    it("take it before a token, which must be right all the same", async () => {
      const { certificate } = await client("alice");
      const token = await credentials.users.addToken("bob", []);
      expect((await who(`Bearer ${token}`, certificate)).name).toBe("alice");
      await expect(who("Bearer wrong", certificate)).rejects.toMatchObject(refusal);
      const foreign = await (await newAuthority()).identify("bob");
      await expect(who(`Bearer ${token}`, foreign.certificate)).rejects.toMatchObject(refusal);
    });
  });

  describe("by token", () => {
    it("let nobody in after the time that was said", async () => {
      const token = await credentials.users.addToken("bob", ["ops"], clock.now() + hourMs);
      expect(await who(`bearer ${token}`)).toEqual({ name: "bob", groups: ["ops", "system:authenticated"] });
      await clock.advance(hourMs);
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
    });

    it("notice within a second what another process adds or takes back", async () => {
      const other = await UserDirectory.open(join(directory.path, "tokens.json"), clock, silentLogger);
      const kept = await credentials.users.addToken("carol", []);
      await who(`Bearer ${kept}`);
      const token = await other.addToken("bob", []);
      await clock.advance(1000);
      expect((await who(`Bearer ${token}`)).name).toBe("bob");
      expect((await who(`Bearer ${kept}`)).name).toBe("carol");
      await other.change((records) => ({ ...records, tokens: records.tokens.filter(({ user }) => user !== "bob") }));
      await clock.advance(1000);
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
    });

    it("lose none of two that are made at once", async () => {
      const path = join(directory.path, "tokens.json");
      const [one, other] = [
        await UserDirectory.open(path, systemClock, silentLogger),
        await UserDirectory.open(path, systemClock, silentLogger),
      ];
      await Promise.all([one.addToken("a", []), other.addToken("b", []), one.addToken("c", [])]);
      const users = (await credentials.users.records()).tokens.map(({ user }) => user);
      expect([...users].sort()).toEqual(["a", "b", "c"]);
    });

    it("wait for nobody who died while they changed the file", async () => {
      const lock = join(directory.path, "tokens.json.lock");
      await writeFile(lock, "");
      const past = new Date(Date.now() - 60_000);
      await utimes(lock, past, past);
      await credentials.users.addToken("bob", []);
      expect((await credentials.users.records()).tokens.map(({ user }) => user)).toEqual(["bob"]);
    });

    it("keep those whom they know when the file cannot be understood", async () => {
      const token = await credentials.users.addToken("bob", []);
      await writeFile(join(directory.path, "tokens.json"), "{ half");
      await clock.advance(1000);
      expect((await who(`Bearer ${token}`)).name).toBe("bob");
    });
  });

  describe("by signed token", () => {
    const account = { name: "bot", uid: "u-1" };
    const key = "/registry/core/serviceaccounts/lab/bot";
    const put = (metadata: object) =>
      store.commit([{ key, value: Buffer.from(JSON.stringify({ metadata: { name: "bot", ...metadata } })) }]);
    const issue = (fields: object = {}) =>
      identities.issue({
        namespace: "lab",
        account,
        audiences: [audience],
        expiresAtMs: clock.now() + hourMs,
        ...fields,
      });

    beforeEach(async () => void (await put({ uid: "u-1" })));

    it("know the service account", async () => {
      const user = await who(`Bearer ${issue()}`);
      expect(user).toMatchObject({
        name: "system:serviceaccount:lab:bot",
        uid: "u-1",
        groups: ["system:serviceaccounts", "system:serviceaccounts:lab", "system:authenticated"],
      });
      expect(user.extra?.["authentication.kubernetes.io/credential-id"]?.[0]).toMatch(/^JTI=[0-9a-f-]{36}$/);
    });

    it("let nobody in after its time, without its account, or with one of that name that came later", async () => {
      const token = issue();
      await put({ uid: "u-1", deletionTimestamp: "2026-11-21T12:00:00Z" });
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      await put({ uid: "u-2" });
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      await store.commit([{ key, value: undefined }]);
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      await put({ uid: "u-1" });
      expect((await who(`Bearer ${token}`)).uid).toBe("u-1");
      await clock.advance(hourMs);
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
    });

    it("take it only for whom it was meant", async () => {
      const token = issue({ audiences: ["grafana"] });
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      expect((await identities.identify(token, ["x", "grafana"]))?.audiences).toEqual(["grafana"]);
    });

    it("let it fall with the Secret that it is bound to", async () => {
      const token = issue({ secret: { name: "s", uid: "s-1" } });
      await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      const secret = { metadata: { name: "s", uid: "s-1" } };
      await store.commit([{ key: "/registry/core/secrets/lab/s", value: Buffer.from(JSON.stringify(secret)) }]);
      expect((await who(`Bearer ${token}`)).uid).toBe("u-1");
    });

    it("cannot be cheated", async () => {
      const good = issue();
      const [head = "", claims = "", signature = ""] = good.split(".");
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const said = JSON.parse(Buffer.from(claims, "base64url").toString());
      const stranger = new TokenSigner(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
      const header = JSON.parse(Buffer.from(head, "base64url").toString());
      const forged = [
        `${part({ alg: "none", kid: header.kid })}.${claims}.`,
        `${part({ ...header, alg: "none" })}.${claims}.${signature}`,
        `${part({ ...header, alg: "HS256" })}.${claims}.${signature}`,
        `${head}.${part({ ...said, exp: said.exp + 1 })}.${signature}`,
        `${head}.${part({ ...said, sub: "system:serviceaccount:kube-system:root" })}.${signature}`,
        stranger.sign(said),
        `${good}.`,
        `${good}=`,
        `${head}.${claims}.${signature}A`,
        `${head}.${claims}.${Buffer.alloc(64).toString("base64url")}`,
        `${head}.${claims}`,
        `${head}..${signature}`,
        "..",
        "a.b.c",
        "x".repeat(20_000),
      ];
      for (const token of forged) await expect(who(`Bearer ${token}`)).rejects.toMatchObject(refusal);
      expect((await who(`Bearer ${good}`)).uid).toBe("u-1");
    });

    it("refuse it whichever bit of it is turned over", async () => {
      const good = issue();
      const random = seededRandom(7);
      for (let trial = 0; trial < 300; trial++) {
        const bytes = Buffer.from(good);
        const at = randomInteger(random, 0, bytes.length - 1);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << randomInteger(random, 0, 6));
        const text = bytes.toString("latin1");
        expect(await identities.identify(text, [audience])).toBeUndefined();
      }
    });
  });

  it.each(["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a,b", "Digest x", "Bearer \u0000"])(
    "refuse the header %j",
    async (header) => {
      await expect(who(header)).rejects.toMatchObject(refusal);
    },
  );

  it("keep the key of service accounts to its owner, and say when it is unusable", async () => {
    const path = join(directory.path, "pki", "service-accounts.key");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(await readFile(path, "utf8")).asymmetricKeyType).toBe("ec");
    await writeFile(path, "no key");
    const again = openCredentials({ dataDir: directory.path, clock, log: silentLogger });
    await expect(again).rejects.toMatchObject({
      code: "SPORE_DATA_DIR_UNUSABLE",
      message: expect.stringContaining("service-accounts.key"),
    });
  });
});
