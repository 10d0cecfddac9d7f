import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { newAuthority } from "./certificates.ts";

/** A bare repository that a team pushes to, and a working copy of it. */
export interface TestRepository {
  /** Path of the bare repository. */
  readonly path: string;
  /** Writes files, `undefined` removes one, commits and pushes all of it to `branch`; gives the commit's id. */
  commit(files: Readonly<Record<string, string | Uint8Array | undefined>>, options?: CommitOptions): string;
  /** Runs git in the working copy. */
  git(...args: readonly string[]): string;
}

interface CommitOptions {
  readonly branch?: string;
  readonly message?: string;
}

/** Makes an empty repository in `directory`; the branch is `main`. */
export function testRepository(directory: string): TestRepository {
  const path = join(directory, "fleet.git");
  const work = join(directory, "work");
  const environment = {
    PATH: process.env.PATH,
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
  const run = (cwd: string, args: readonly string[]) =>
    execFileSync("git", args, { cwd, env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  mkdirSync(work, { recursive: true });
  run(directory, ["init", "--quiet", "--bare", "--initial-branch=main", path]);
  run(work, ["init", "--quiet", "--initial-branch=main"]);
  run(work, ["remote", "add", "origin", path]);
  return {
    path,
    git: (...args) => run(work, args),
    commit(files, { branch = "main", message = "Change the fleet" } = {}) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(work, name);
        if (content === undefined) rmSync(file);
        else {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, content);
        }
      }
      run(work, ["add", "--all"]);
      run(work, ["commit", "--quiet", "--allow-empty", "--message", message]);
      run(work, ["push", "--quiet", "--force", "origin", `HEAD:refs/heads/${branch}`]);
      return run(work, ["rev-parse", "HEAD"]);
    },
  };
}

/** A server of git's smart protocol over HTTPS, by git's own CGI program. */
export interface GitServer extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly authorities: string;
  /** The `Authorization` headers that came, in order; empty for none. */
  readonly presented: string[];
}

interface GitServerOptions {
  /** Directory of the bare repositories. */
  readonly root: string;
  /** `user:password` that is asked for; everybody may read without. */
  readonly demands?: string;
  /** Answers everything with a redirect there. */
  readonly redirect?: string;
  /** Accepts requests and never answers. */
  readonly isSilent?: boolean;
}

export async function gitServer(options: GitServerOptions): Promise<GitServer> {
  const authority = await newAuthority();
  const { certificate: cert, key } = await authority.serve(["127.0.0.1"]);
  const presented: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const { authorization = "" } = request.headers;
    presented.push(authorization);
    if (options.isSilent === true) return;
    if (options.redirect !== undefined) {
      response.writeHead(302, { location: `${options.redirect}${request.url}` }).end();
      return;
    }
    const expected = options.demands && `Basic ${Buffer.from(options.demands).toString("base64")}`;
    if (expected !== undefined && authorization !== expected) {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return;
    }
    const { pathname, search } = new URL(request.url ?? "/", "https://127.0.0.1");
    const cgi = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: options.root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: request.headers["git-protocol"]?.toString() ?? "",
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    request.pipe(cgi.stdin);
    const chunks: Buffer[] = [];
    cgi.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    cgi.stdout.on("end", () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf("\r\n\r\n");
      const headers = output.toString("latin1", 0, end).split("\r\n");
      let status = 200;
      for (const line of headers) {
        const colon = line.indexOf(":");
        const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
        if (name.toLowerCase() === "status") status = Number(value.split(" ")[0]);
        else response.setHeader(name, value);
      }
      response.writeHead(status).end(output.subarray(end + 4));
    });
  });
  const port = await listening(server);
  return {
    url: `https://127.0.0.1:${port}`,
    authorities: authority.ca,
    presented,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
