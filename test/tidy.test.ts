import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The rules of `CONTRIBUTING.md` that a machine can check. */
const checkout = fileURLToPath(new URL("..", import.meta.url));

/** What each room may import besides itself. `main.ts` may import everything. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  api: ["base"],
  schema: ["base", "api"],
  store: ["base", "api"],
  artifacts: ["base", "api"],
  manifests: ["base", "api", "schema"],
  apiserver: ["base", "api", "schema", "store", "artifacts"],
  client: ["base", "api", "manifests"],
  runtime: ["base", "api", "client"],
  wires: ["base", "api"],
  drivers: ["base", "api", "artifacts", "wires"],
  reconcilers: ["base", "api", "schema", "artifacts", "manifests", "client", "runtime", "wires", "drivers"],
  simulator: ["base", "api", "artifacts"],
  cli: ["base", "api", "schema", "artifacts", "manifests", "apiserver", "client", "simulator"],
  config: ["base"],
  gateway: ["base", "api", "client", "drivers"],
  tools: ["base", "api", "schema"],
};
/** Stand on top of everything and are imported by nobody. */
const roofs = ["demo", "bench", "main", "spored"];

const sources = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "controller/*.ts"], {
  cwd: checkout,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(checkout, path)))
  .map((path) => {
    const text = readFileSync(join(checkout, path), "utf8");
    return { path, text, room: roomOf(path), imports: importsOf(path, text) };
  });

describe("the house stays tidy", () => {
  it("a file imports only what its room may", () => {
    const wrong = sources.flatMap(({ path, room, imports }) =>
      roofs.includes(room)
        ? []
        : imports.filter((other) => !mayImport(room, other)).map((other) => `${path}: ${other}`),
    );
    expect(wrong).toEqual([]);
  });

  it("every room is on the plan", () => {
    const unknown = sources.filter(({ room }) => !roofs.includes(room) && !(room in rooms));
    expect(unknown.map(({ path }) => path)).toEqual([]);
  });

  it("time comes from a Clock", () => {
    const own = /\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(|performance\.now\(|timers\/promises/;
    expect(filesWith(own)).toEqual(["controller/base/clock.ts"]);
  });

  it("chance comes from a Random", () => {
    expect(filesWith(/\bMath\.random\(/)).toEqual([]);
  });

  it("errors come from the catalogue", () => {
    expect(filesWith(/throw new Error\(/)).toEqual([]);
  });

  it("a file bears the name of an idea", () => {
    const vague = /\/(utils?|helpers?|common|types|misc|index)\.ts$/;
    expect(sources.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it("no tracked file names a registry host or a path of one machine", () => {
    const pattern = ["registry[.]npmjs", "deb[.]debian", "pypi[.]org", "/wo" + "rk/main", "/tmp/" + "wt/"].join("|");
    expect(grep(pattern)).toBe("");
  });
});

function mayImport(room: string, other: string): boolean {
  return other === room || rooms[room]?.includes(other) === true;
}

function filesWith(pattern: RegExp): readonly string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

function roomOf(path: string): string {
  const [, room] = path.split("/");
  return room?.endsWith(".ts") ? room.slice(0, -3) : (room ?? "");
}

function importsOf(path: string, text: string): readonly string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target]) =>
    roomOf(normalize(join(dirname(path), target ?? ""))),
  );
}

function grep(pattern: string): string {
  try {
    return execFileSync("git", ["grep", "-nIE", pattern], { cwd: checkout, encoding: "utf8" });
  } catch {
    return ""; // git grep exits 1 when it finds nothing
  }
}
