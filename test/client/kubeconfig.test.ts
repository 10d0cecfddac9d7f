import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { isSporeError } from "../../controller/base/errors.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function config(parts: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "local", cluster: { server: "https://127.0.0.1:7443/", "certificate-authority-data": base64("CA PEM") } },
      { name: "other", cluster: { server: "http://127.0.0.1:8001" } },
    ],
    users: [
      { name: "admin", user: { token: "s3cret" } },
      { name: "cert", user: { "client-certificate": "me.crt", "client-key-data": base64("KEY PEM") } },
      { name: "cloud", user: { exec: { command: "aws" } } },
    ],
    contexts: [
      { name: "spore", context: { cluster: "local", user: "admin" } },
      { name: "cert", context: { cluster: "local", user: "cert", namespace: "lab" } },
      { name: "cloud", context: { cluster: "local", user: "cloud" } },
      { name: "nobody", context: { cluster: "other" } },
      { name: "dangling", context: { cluster: "gone", user: "admin" } },
    ],
    "current-context": "spore",
    ...parts,
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Writes files, and reads a context of them. */
async function read(files: Readonly<Record<string, unknown>>, context?: string) {
  await using directory = await temporaryDirectory();
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory.path, name);
    if (content !== undefined) await writeFile(path, typeof content === "string" ? content : stringify(content));
    if (!name.endsWith(".crt")) paths.push(path);
  }
  return await readKubeconfig(paths, context);
}

async function problemOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isSporeError(error, "SPORE_USAGE")) throw new TypeError("expected SPORE_USAGE", { cause: error });
  expect(error.details.hint).not.toBe(undefined);
  return error.message;
}

describe("readKubeconfig", () => {
  it("reads the same from block YAML, JSON, and a flow mapping that is no JSON", async () => {
    const flow = stringify(config(), { collectionStyle: "flow", lineWidth: 0 });
    expect(flow).toMatch(/^\{/);
    expect(() => JSON.parse(flow)).toThrow();
    const expected = await read({ config: config() });
    expect(await read({ config: JSON.stringify(config(), undefined, 2) })).toEqual(expected);
    expect(await read({ config: flow })).toEqual(expected);
  });

  it("reads the current context", async () => {
    expect(await read({ a: config() })).toEqual({
      server: "https://127.0.0.1:7443",
      ca: "CA PEM",
      token: "s3cret",
      namespace: "default",
      context: "spore",
    });
  });

  it("reads another context, with files named relative to the kubeconfig", async () => {
    expect(await read({ a: config(), "me.crt": "CERT PEM" }, "cert")).toMatchObject({
      clientCertificate: "CERT PEM",
      clientKey: "KEY PEM",
      namespace: "lab",
    });
    expect(await read({ a: config() }, "nobody")).toEqual({
      server: "http://127.0.0.1:8001",
      namespace: "default",
      context: "nobody",
    });
  });

  it("joins several files, of which the first counts, and passes over one that is not there", async () => {
    const second = config({
      clusters: [{ name: "gone", cluster: { server: "https://second:1" } }],
      "current-context": "x",
    });
    expect(await read({ none: undefined, a: config(), b: second }, "dangling")).toMatchObject({
      server: "https://second:1",
    });
    expect(await read({ a: config(), b: second })).toMatchObject({ context: "spore" });
  });

  it.each([
    ["no file", { a: undefined }, undefined, "there is no kubeconfig at"],
    ["no YAML", { a: "a: [" }, undefined, "is not YAML"],
    ["no mapping", { a: "- 1" }, undefined, "is not a YAML mapping"],
    ["no current context", { a: config({ "current-context": "" }) }, undefined, "has no current-context"],
    ["an unknown context", { a: config() }, "nowhere", 'has no context "nowhere"'],
    ["a dangling cluster", { a: config() }, "dangling", 'has no cluster "gone"'],
    ["a plug-in that is none", { a: config() }, "cloud", "exec needs command and apiVersion"],
    ["a certificate that is not there", { a: config() }, "cert", "me.crt cannot be read"],
    [
      "a server that is no URL",
      { a: config({ clusters: [{ name: "local", cluster: { server: "127.0.0.1" } }] }) },
      undefined,
      "is no http",
    ],
    [
      "a cluster without server",
      { a: config({ clusters: [{ name: "local", cluster: {} }] }) },
      undefined,
      "has no server",
    ],
    [
      "a certificate without its key",
      { a: config({ users: [{ name: "cert", user: { "client-certificate-data": base64("x") } }] }) },
      "cert",
      "belong together",
    ],
    ["lists that are none", { a: config({ contexts: "x" }) }, undefined, 'has no context "spore"'],
  ])("refuses %s with a message that says so", async (_what, files, context, message) => {
    expect(await problemOf(read(files, context))).toContain(message);
  });

  it("never shows a credential", async () => {
    const broken = `${stringify(config())}\n  broken: [s3cret`;
    const error: unknown = await read({ a: broken }).catch((caught: unknown) => caught);
    const shown = isSporeError(error) ? `${error.message} ${error.stack} ${error.cause}` : "";
    expect(shown).toContain("is not YAML");
    expect(shown).not.toContain("s3cret");
  });
});
