import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RoleBinding } from "../../../controller/api/rbac-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { runUserCommand } from "../../../controller/cli/user/user-command.ts";
import { apiClient } from "../../../controller/client/api-client.ts";
import { httpsTransport } from "../../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../../controller/client/kubeconfig.ts";
import { Asker, admin, configMap, urls } from "../../support/api-server.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../../support/https-server.ts";
import { rbacUrls } from "../../support/rbac.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const never = new AbortController().signal;

describe("spored user", () => {
  let identity: TestIdentity;
  let server: HttpsServer;
  beforeAll(async () => {
    identity = await testIdentity();
    server = await httpsServer(identity);
    await new Asker(inProcessTransport(server.api, admin)).post(urls.configMaps, configMap("a"));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await identity[Symbol.asyncDispose]();
  });

  const run = async (...words: readonly string[]) => {
    const io = capturedIo({ SPORED_DATA_DIR: identity.dataDir });
    return { code: await runUserCommand(words, io), ...io.written };
  };
  /** What the bearer of a kubeconfig is answered. */
  const asking = async (kubeconfig: string, url: string) => {
    await using connection = httpsTransport(await readKubeconfig([kubeconfig]), systemClock);
    return (await new Asker(connection.transport).get(url)).status;
  };
  const pathOf = (name: string) => join(identity.dataDir, `${name}.kubeconfig`);

  it("makes a kubeconfig that gets in by a token, and may do what its role says", async () => {
    const path = pathOf("alice");
    expect(await run("add", "alice", "--role", "view", "-n", "default", "-o", path)).toMatchObject({
      code: 0,
      out: "",
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readKubeconfig([path])).toMatchObject({ server: server.listener.url, namespace: "default" });
    expect(await asking(path, `${urls.configMaps}/a`)).toBe(200);
    expect(await asking(path, urls.secrets)).toBe(403);
    expect(await asking(path, "/api/v1/namespaces/kube-system/configmaps")).toBe(403);
    expect(await asking(path, urls.nodes)).toBe(403);
  });

  it("makes one that gets in by a certificate, with groups", async () => {
    const path = pathOf("bob");
    const flags = [
      "--certificate",
      "--group",
      "ops",
      "--ttl",
      "1h",
      "--role",
      "edit",
      "--server",
      "https://127.0.0.1:1/",
    ];
    expect((await run("add", "bob", ...flags, "-o", path)).code).toBe(0);
    const access = await readKubeconfig([path]);
    expect(access).toMatchObject({ server: "https://127.0.0.1:1", namespace: "default" });
    expect(access.token).toBeUndefined();
    await using connection = httpsTransport({ ...access, server: server.listener.url }, systemClock);
    const ask = new Asker(connection.transport);
    const { json } = await ask.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
    expect(json.status.userInfo).toMatchObject({ username: "bob", groups: ["ops", "system:authenticated"] });
    expect((await ask.get(urls.nodes)).status).toBe(200);
  });

  it("gives roles about nodes and images everywhere, because those lie in no namespace", async () => {
    const path = pathOf("carol");
    const roles = ["--role", "view", "--role", "spore-fleet-viewer", "--role", "spore-uploader"];
    expect((await run("add", "carol", ...roles, "-n", "default", "-o", path)).code).toBe(0);
    expect(await asking(path, urls.nodes)).toBe(200);
    expect(await asking(path, urls.liveNodes)).toBe(200);
    expect(await asking(path, `/artifacts/sha256/${"0".repeat(64)}`)).toBe(404);
    expect(await asking(path, "/api/v1/configmaps")).toBe(403);
  });

  it("lists credentials, and shows none", async () => {
    const { code, out } = await run("list");
    expect(code).toBe(0);
    const rows = out.split("\n").map((line) => line.split(/ {3,}/).slice(0, 3));
    expect(rows).toEqual([
      ["USER", "GROUPS", "CREDENTIAL"],
      ["admin", "system:masters", "token"],
      ["alice", "<none>", "token"],
      ["bob", "ops", "certificate"],
      ["carol", "<none>", "token"],
      [""],
    ]);
    const { token = "?" } = await readKubeconfig([pathOf("alice")]);
    expect(out).not.toContain(token);
    expect(await readFile(join(identity.dataDir, "tokens.json"), "utf8")).not.toContain(token);
  });

  it("takes back credentials and roles of one user, and of nobody else", async () => {
    expect(await run("revoke", "alice")).toMatchObject({
      code: 0,
      out: "alice is revoked: 1 token, 0 certificates, 1 role binding\n",
    });
    expect(await asking(pathOf("carol"), `${urls.configMaps}/a`)).toBe(200);
    expect((await run("revoke", "bob")).out).toBe("bob is revoked: 0 tokens, 1 certificate, 1 role binding\n");
    await expect.poll(() => asking(pathOf("alice"), `${urls.configMaps}/a`), { timeout: 5000 }).toBe(401);
    const client = apiClient(inProcessTransport(server.api, admin), { clock: systemClock, userAgent: "test/1" });
    const { items } = await client.list(RoleBinding, {}, never);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["spored-user:carol:view"]);
    expect((await run("list")).out).not.toContain("alice");
  });

  it("lets a revoked user in again with a new certificate", async () => {
    const path = pathOf("bob-again");
    expect((await run("add", "bob", "--certificate", "-o", path)).code).toBe(0);
    await expect.poll(() => asking(path, "/apis"), { timeout: 5000 }).toBe(200);
  });

  it("revokes also while the server is away, and says what stays", async () => {
    await using directory = await testIdentity();
    const io = capturedIo({ SPORED_DATA_DIR: directory.dataDir });
    expect(await runUserCommand(["add", "dora"], io)).toBe(0);
    const { token = "" } = JSON.parse(io.written.out).users[0].user;
    expect(await runUserCommand(["revoke", "dora"], io)).toBe(0);
    expect(io.written.out).toContain("dora is revoked: 1 token");
    expect(io.written.err).toContain("role bindings of dora stay");
    const presented = { authorization: `Bearer ${token}`, certificate: undefined, rawHeaders: [] };
    const isKnown = () =>
      directory.access.authenticator.authenticate(presented, never).then(
        () => true,
        () => false,
      );
    await expect.poll(isKnown, { timeout: 5000 }).toBe(false);
  });

  it.each<readonly [readonly string[], string]>([
    [["add", "x/y"], 'the user name "x/y" must be'],
    [["add", "system:admin"], 'the user name "system:admin" must be'],
    [["add", "admin"], "admin is spored's own administrator"],
    [["add", "x", "--group", "system:nodes"], 'the group "system:nodes" must be'],
    [["add", "x", "--role", "nope"], 'there is no ClusterRole "nope"'],
    [["add", "x", "--role", "view", "-n", "nope"], 'there is no namespace "nope"'],
    [["add", "x", "-n", "default"], "no --role is given"],
    [["add", "x", "--ttl", "5d"], '--ttl "5d": must be a duration'],
    [["add", "x", "--ttl", "1s"], '--ttl "1s": must be a duration'],
    [["add", "x", "--token", "--certificate"], "exclude each other"],
    [["add", "x", "--server", "http://x"], '--server "http://x": must be a URL'],
    [["add", "x", "--data-dir", "/nowhere"], "/nowhere is not the data directory of a spored"],
    [["add"], "missing required argument 'name'"],
    [["frob"], "unknown command 'frob'"],
  ])("refuses %j, and makes nothing", async (words, said) => {
    const before = await identity.credentials.users.records();
    const { code, out, err } = await run(...words);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(said);
    expect(await identity.credentials.users.records()).toEqual(before);
    const bindings = await new Asker(inProcessTransport(server.api, admin)).get(rbacUrls.clusterRoleBindings);
    expect(bindings.text).not.toContain("spored-user:x:");
  });

  it("makes nothing that gets in when the kubeconfig cannot be written", async () => {
    await using nowhere = await temporaryDirectory();
    const { code, err } = await run("add", "eve", "-o", join(nowhere.path, "missing", "eve.yaml"));
    expect([code, err]).toEqual([2, expect.stringContaining("cannot be written (ENOENT)")]);
  });
});
