import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../../controller/cli/run-cli.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

const file = join(directoryOfFile(), "config.yaml");
const text = `# mine
apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster: {server: "https://lab:1", certificate-authority-data: Q0E=, unknown: kept}
contexts:
- name: lab # the good one
  context: {cluster: lab, user: eve, namespace: shed}
- name: attic
  context: {cluster: lab, user: bob}
users:
- name: eve
  user: {token: s3cret}
- name: bob
  user: {username: bob, password: s3cret}
current-context: lab
strange: {stays: true}
`;

beforeEach(() => writeFileSync(file, text, { mode: 0o644 }));

async function run(words: string): Promise<{ code: number; out: string; err: string }> {
  const io = capturedIo();
  const code = await runCli(["config", ...words.split(" "), "--kubeconfig", file], io);
  return { code, ...io.written };
}

describe("sporectl config", () => {
  it("shows the contexts", async () => {
    expect((await run("get-contexts")).out).toBe(
      "CURRENT   NAME    CLUSTER   AUTHINFO   NAMESPACE\n          attic   lab       bob        \n*         lab     lab       eve        shed\n",
    );
    expect((await run("get-contexts -o name")).out).toBe("attic\nlab\n");
    expect((await run("current-context")).out).toBe("lab\n");
    expect((await run("get-users")).out).toBe("NAME\nbob\neve\n");
  });

  it("shows nothing that is secret, unless that is asked for", async () => {
    const { out } = await run("view");
    expect(out).not.toContain("s3cret");
    expect(out).toContain("token: REDACTED");
    expect(out).toContain("certificate-authority-data: DATA+OMITTED");
    expect((await run("view --raw")).out).toContain("token: s3cret");
    expect((await run("view --minify -o jsonpath={.users[*].name}")).out).toBe("eve");
  });

  it("changes what was said and keeps all else, for the owner's eyes only", async () => {
    expect(await run("use-context attic")).toMatchObject({ code: 0, out: 'Switched to context "attic".\n' });
    const written = readFileSync(file, "utf8");
    for (const kept of ["# mine", "# the good one", "unknown: kept", "stays: true"]) expect(written).toContain(kept);
    expect(written).toContain("current-context: attic");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("sets, renames and deletes entries", async () => {
    expect((await run("set-context lab --namespace attic")).out).toBe('Context "lab" modified.\n');
    expect((await run("set-context new --cluster lab --user bob")).out).toBe('Context "new" created.\n');
    expect((await run("rename-context lab old")).out).toBe('Context "lab" renamed to "old".\n');
    expect((await run("current-context")).out).toBe("old\n");
    expect((await run("set-cluster far --server https://far:2")).out).toBe('Cluster "far" set.\n');
    expect((await run("set-credentials eve --token t1")).out).toBe('User "eve" set.\n');
    expect((await run("delete-context attic")).out).toBe(`deleted context attic from ${file}\n`);
    const seen = (path: string) => run(`view --raw -o jsonpath=${path}`).then(({ out }) => out);
    expect(await seen("{.contexts[*].name}")).toBe("old new");
    expect(await seen("{.contexts[0].context.namespace}")).toBe("attic");
    expect(await seen("{.clusters[*].cluster.server}")).toBe("https://lab:1 https://far:2");
    expect(await seen("{.users[0].user.token}")).toBe("t1");
    expect(await seen("{.clusters[0].cluster.unknown}{.strange.stays}")).toBe("kepttrue");
  });

  it("makes a kubeconfig where there is none", async () => {
    writeFileSync(file, "");
    await run("set-cluster c --server https://c:1");
    await run("set-context c --cluster c");
    await run("use-context c");
    expect((await run("view --minify -o jsonpath={.clusters[0].cluster.server}")).out).toBe("https://c:1");
  });

  it.each([
    ["use-context atic", /did you mean "attic"/],
    ["delete-cluster moon", /there are lab/],
    ["rename-context lab attic", /already exists/],
    ["set-context", /say which context/],
    ["set-cluster c --certificate-authority /nowhere --embed-certs", /cannot be read/],
  ])("%s is refused", async (words, why) => {
    expect(await run(words)).toMatchObject({ code: 2, err: expect.stringMatching(why) });
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});
