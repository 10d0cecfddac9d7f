import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hasTool } from "../support/machine-tools.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import { coreSources, coreTests, run, sanitized } from "./native-program.ts";

const hasCompiler = hasTool("compiler");
const sources = await coreSources();
const { code, output } = hasCompiler ? await runCoreTests() : { code: 0, output: "" };
const cases = output.split("\n").flatMap((line) => {
  const [, verdict, name] = /^(ok|FAILED) (.*)$/.exec(line) ?? [];
  return verdict !== undefined && name !== undefined ? [{ name, verdict }] : [];
});

describe.skipIf(!hasCompiler)("the portable core, under the sanitizers (needs a C++ compiler)", () => {
  it.each(cases.map(({ name, verdict }) => [name, verdict]))("%s", (_, verdict) => {
    expect(verdict, output).toBe("ok");
  });

  it("runs every case to its end", () => {
    expect(cases.length).toBeGreaterThan(30);
    expect(code, output).toBe(0);
  });
});

describe.skipIf(!hasCompiler)("the golden datagrams (needs a C++ compiler)", () => {
  it("are read as they say", { timeout: 60_000 }, async () => {
    const golden: {
      accepted: readonly { text: string; kind: string; hostname?: string }[];
      malformed: readonly string[];
      unknown: readonly string[];
    } = JSON.parse(readFileSync(new URL("../golden/spore-datagrams.json", import.meta.url), "utf8"));
    const reader = await sanitized("read-datagrams", [...sources, ...coreTests("read_datagrams")]);
    const texts = [...golden.accepted.map(({ text }) => text), ...golden.malformed, ...golden.unknown];
    const wanted = [
      ...golden.accepted.map(({ kind, hostname = "" }) => `${kind} ${hostname}`),
      ...golden.malformed.map(() => "malformed "),
      ...golden.unknown.map(() => "unknown "),
    ];
    const answer = await run(reader, [], texts.map((text) => `${JSON.stringify(text)}\n`).join(""));
    expect(answer.code, answer.output).toBe(0);
    const read = answer.output.split("\n").slice(0, -1);
    expect(read.map((line, i) => [texts[i], line])).toEqual(wanted.map((line, i) => [texts[i], line]));
  });
});

describe.skipIf(!hasCompiler)("a node under hostile bytes (needs a C++ compiler)", () => {
  it.each([1, 2, 3, 4, 5])(
    "survives 20,000 mutilated requests, frames and datagrams from seed %i",
    { timeout: 60_000 },
    async (seed) => {
      const fuzzer = await sanitized("fuzz", [...sources, ...coreTests("fuzz")]);
      const { code: end, output: said } = await run(fuzzer, [String(seed), "20000"]);
      expect(end, said).toBe(0);
    },
  );
});

describe.skipIf(!hasCompiler)("the boot loader's unpacking (needs a C++ compiler)", () => {
  const repetitive = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i % 37}\n`).join(""));
  const noise = createHash("shake256", { outputLength: 40_000 }).update("noise").digest();
  const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY } = constants;

  it.each([
    ["codes of its own", Buffer.concat([repetitive, noise, repetitive]), { level: 9, strategy: Z_DEFAULT_STRATEGY }],
    ["no repetitions", repetitive, { strategy: Z_HUFFMAN_ONLY }],
    ["the fixed codes", repetitive, { strategy: Z_FIXED }],
    ["stored blocks", noise, { level: 0 }],
  ])("reads a stream with %s, and survives mutilated ones", { timeout: 60_000 }, async (_, content, options) => {
    const inflate = "firmware/spore/platform/host/inflate.cpp";
    const program = await sanitized("inflate-fuzz", [inflate, ...sources, ...coreTests("inflate_fuzz")]);
    const folder = directoryOfTest();
    const [packed, unpacked] = [join(folder, "packed"), join(folder, "unpacked")];
    await writeFile(packed, deflateRawSync(content, options));
    await writeFile(unpacked, content);
    const { code: end, output: said } = await run(program, [packed, unpacked, "1000"]);
    expect(end, said).toBe(0);
  });
});

async function runCoreTests() {
  const tests = coreTests("main", "check", "hash_test", "json_test", "multipart_test", "updater_test", "node_test");
  return await run(await sanitized("core-tests", [...sources, ...tests]));
}
