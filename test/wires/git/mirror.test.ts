import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { SporeError } from "../../../controller/base/errors.ts";
import type { GitCredentials } from "../../../controller/wires/git/git-environment.ts";
import { Mirror } from "../../../controller/wires/git/mirror.ts";
import { readRepositoryUrl } from "../../../controller/wires/git/repository-url.ts";
import { gitServer, testRepository } from "../../support/git-repository.ts";
import { directoryOfTest } from "../../support/temporary-directory.ts";

const never = new AbortController().signal;

function open(directory: string, url: string, credentials: GitCredentials = {}, packMaxBytes?: number) {
  const limit = packMaxBytes === undefined ? {} : { packMaxBytes };
  return Mirror.open({ directory: join(directory, "mirror"), url: readRepositoryUrl(url), credentials, ...limit });
}

async function textsOf(mirror: Mirror, commit: string, path = "") {
  const files = await mirror.files(commit, path, never);
  const contents = await mirror.read(files, never);
  return Object.fromEntries(files.map((file, index) => [file.path, contents[index]?.toString("utf8")]));
}

describe("a mirror", () => {
  it("follows a branch from commit to commit, and back", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const mirror = await open(directory, repository.path);
    const first = repository.commit({ "lab/a.yaml": "a: 1\n", "README.md": "words" }, { message: "Begin\n\nmore" });
    expect(await mirror.head("main", never)).toBe(first);
    expect(await mirror.fetch("main", never)).toEqual({ id: first, subject: "Begin" });
    expect(await textsOf(mirror, first, "lab")).toEqual({ "lab/a.yaml": "a: 1\n" });

    const second = repository.commit({ "lab/a.yaml": "a: 2\n", "lab/b.yaml": "" });
    expect((await mirror.fetch("main", never)).id).toBe(second);
    expect(await textsOf(mirror, second)).toEqual({ "README.md": "words", "lab/a.yaml": "a: 2\n", "lab/b.yaml": "" });

    repository.git("push", "--quiet", "--force", "origin", `${first}:refs/heads/main`);
    expect((await mirror.fetch("main", never)).id).toBe(first);
  });

  it("gives strange names and bytes as they are", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const commit = repository.commit({ "a\nb\tc.yaml": "x", ":(top)é.bin": bytes, "*": "star" });
    const mirror = await open(directory, repository.path);
    await mirror.fetch("main", never);
    const files = await mirror.files(commit, "", never);
    expect(files.map(({ path }) => path)).toEqual(["*", ":(top)é.bin", "a\nb\tc.yaml"]);
    expect(await mirror.read(files, never)).toEqual([Buffer.from("star"), Buffer.from(bytes), Buffer.from("x")]);
    expect(await textsOf(mirror, commit, "*")).toEqual({ "*": "star" });
  });

  it("tells links from files and leaves submodules out", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    repository.commit({ "a.yaml": "a" });
    execFileSync("ln", ["-s", "/etc/passwd", join(directory, "work", "b.yaml")]);
    const id = "0123456789012345678901234567890123456789";
    repository.git("update-index", "--add", "--cacheinfo", `160000,${id},inner`);
    const commit = repository.commit({});
    const mirror = await open(directory, repository.path);
    await mirror.fetch("main", never);
    const files = await mirror.files(commit, "", never);
    expect(files.map(({ path, kind }) => [path, kind])).toContainEqual(["b.yaml", "link"]);
    expect(files.map(({ path }) => path)).not.toContain("inner");
  });

  it("names the branches there are when one is missing", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const mirror = await open(directory, repository.path);
    await expect(mirror.head("main", never)).rejects.toMatchObject({ details: { hint: "it is empty" } });
    repository.commit({}, { branch: "trunk" });
    repository.commit({}, { branch: "next" });
    await expect(mirror.head("main", never)).rejects.toMatchObject({
      code: "SPORE_GIT_FAILED",
      message: expect.stringMatching(/fleet\.git has no branch main$/),
      details: { hint: "it has next, trunk" },
    });
  });

  it("says in git's words what is wrong with an address", async () => {
    const directory = directoryOfTest();
    const mirror = await open(directory, join(directory, "nowhere.git"));
    await expect(mirror.head("main", never)).rejects.toMatchObject({
      code: "SPORE_GIT_FAILED",
      message: expect.stringContaining("nowhere.git' does not appear to be a git repository"),
    });
  });

  it("does not let the packs of many fetches pile up", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const mirror = await open(directory, repository.path);
    for (let count = 0; count < 20; count += 1) {
      repository.commit({ "a.yaml": `a: ${count}\n` });
      await mirror.fetch("main", never);
    }
    const packs = readdirSync(join(directory, "mirror", "mirror.git", "objects", "pack"));
    expect(packs.length).toBeLessThanOrEqual(34);
  });

  it("refuses a commit that is larger than it may be, and can go on after it", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const noise = createHash("shake256", { outputLength: 200_000 }).digest(); // does not compress
    repository.commit({ "large.bin": noise });
    const mirror = await open(directory, repository.path, {}, 32 * 1024);
    await expect(mirror.fetch("main", never)).rejects.toMatchObject({ code: "SPORE_TOO_LARGE" });
    const commit = repository.commit({ "large.bin": undefined, "a.yaml": "a: 1\n" });
    expect((await mirror.fetch("main", never)).id).toBe(commit);
  });

  it("obeys no configuration, hook or variable of the machine", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const commit = repository.commit({ "a.yaml": "a" });
    const trap = join(directory, "trap");
    const script = join(directory, "spring");
    writeFileSync(script, `#!/bin/sh\ntouch ${trap}\nexit 1\n`);
    chmodSync(script, 0o755);
    mkdirSync(join(directory, "home", ".config", "git"), { recursive: true });
    const lines = ["[core]", `hooksPath = ${directory}`, `fsmonitor = ${script}`, "[uploadpack]"];
    const configuration = [...lines, `packObjectsHook = ${script}`, '[url "/nowhere"]', "insteadOf = file://"];
    writeFileSync(join(directory, "home", ".gitconfig"), configuration.join("\n"));
    writeFileSync(join(directory, "home", ".config", "git", "config"), configuration.join("\n"));
    vi.stubEnv("HOME", join(directory, "home"));
    vi.stubEnv("XDG_CONFIG_HOME", join(directory, "home", ".config"));
    vi.stubEnv("GIT_DIR", "/nowhere");
    vi.stubEnv("GIT_SSH_COMMAND", script);
    vi.stubEnv("GIT_ASKPASS", script);
    vi.stubEnv("GIT_EXEC_PATH", "/nowhere");
    try {
      const mirror = await open(directory, repository.path);
      expect((await mirror.fetch("main", never)).id).toBe(commit);
      expect(existsSync(trap)).toBe(false);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it.skipIf(process.getuid?.() !== 0)("reads a repository that belongs to another user (needs root)", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const commit = repository.commit({ "a.yaml": "a" });
    execFileSync("chown", ["-R", "nobody", repository.path]);
    const mirror = await open(directory, repository.path);
    expect((await mirror.fetch("main", never)).id).toBe(commit);
  });
});

describe("a mirror over HTTPS", () => {
  it("shows its user and password, in no argument and no file", async () => {
    const directory = directoryOfTest();
    const repository = testRepository(directory);
    const commit = repository.commit({ "a.yaml": "a" });
    await using server = await gitServer({ root: directory, demands: "me:hunter2" });
    const { authorities } = server;
    const mirror = await open(directory, `${server.url}/fleet.git`, {
      username: "me",
      password: "hunter2",
      authorities,
    });
    expect(await mirror.head("main", never)).toBe(commit);
    expect((await mirror.fetch("main", never)).id).toBe(commit);
    const search = ["-rlE", "hunter2|bWU6aHVudGVyMg", join(directory, "mirror")];
    expect(spawnSync("grep", search, { encoding: "utf8" }).stdout).toBe("");
  });

  it("says when user or password are wrong", async () => {
    const directory = directoryOfTest();
    testRepository(directory);
    await using server = await gitServer({ root: directory, demands: "me:hunter2" });
    const { authorities } = server;
    const mirror = await open(directory, `${server.url}/fleet.git`, { username: "me", password: "wrong", authorities });
    await expect(mirror.head("main", never)).rejects.toMatchObject({
      code: "SPORE_GIT_FAILED",
      message: expect.stringMatching(/Authentication failed|could not read Username/),
      details: { hint: expect.stringContaining("spec.secretRef") },
    });
  });

  it("believes no certificate but those it was told to", async () => {
    const directory = directoryOfTest();
    testRepository(directory).commit({});
    await using server = await gitServer({ root: directory });
    const mirror = await open(directory, `${server.url}/fleet.git`);
    await expect(mirror.head("main", never)).rejects.toMatchObject({
      code: "SPORE_GIT_FAILED",
      message: expect.stringContaining("certificate"),
      details: { hint: expect.stringContaining("ca.crt") },
    });
    expect(server.presented).toEqual([]);
  });

  it("follows no redirect, and takes its password nowhere else", async () => {
    const directory = directoryOfTest();
    testRepository(directory).commit({});
    await using other = await gitServer({ root: directory });
    await using server = await gitServer({ root: directory, redirect: other.url });
    const { authorities } = server;
    const mirror = await open(directory, `${server.url}/fleet.git`, {
      username: "me",
      password: "hunter2",
      authorities,
    });
    await expect(mirror.head("main", never)).rejects.toMatchObject({ code: "SPORE_GIT_FAILED" });
    expect(other.presented).toEqual([]);
  });

  it("ends git and what git started when it is told to stop", async () => {
    const directory = directoryOfTest();
    testRepository(directory).commit({});
    await using server = await gitServer({ root: directory, isSilent: true });
    const mirror = await open(directory, `${server.url}/fleet.git`, { authorities: server.authorities });
    const stop = new AbortController();
    const asked = mirror.head("main", stop.signal);
    await vi.waitFor(() => expect(server.presented).toHaveLength(1), { timeout: 10_000 });
    const reason = new SporeError("SPORE_TIMEOUT", "enough");
    stop.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const { port } = new URL(server.url);
    await vi.waitFor(() =>
      expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(`:${port}/`),
    );
  });
});
