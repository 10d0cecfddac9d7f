import { SporeError } from "../../base/errors.ts";
import type { ParsedTexts } from "../../manifests/parse-yaml.ts";
import { type FileOptions, parseStream, parseTree } from "../../manifests/read-tree.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { checkManifests, type Findings } from "./findings.ts";
import { githubReport, jsonReport, junitReport } from "./machine-reports.ts";
import { offlineKinds } from "./offline-kinds.ts";
import { textReport } from "./text-report.ts";

interface ValidateOptions extends GlobalOptions {
  readonly output: string;
  readonly crds?: readonly string[];
  readonly strict?: boolean;
}

/** `sporectl validate PATH…`. */
export const validate: Command = {
  define(program, io, finish) {
    program
      .command("validate")
      .description(
        "Check manifests without a server: YAML, schemas, the rules behind them, and what refers to what. CRDs among them are used. Exit code 1 when there is an error.",
      )
      .argument("<paths...>", "files, directories with all below them, or - for standard input")
      .option("-o, --output <format>", "text, json, junit, or github for annotations in a pull request", "text")
      .option("--crds <path...>", "more CRDs to know kinds from; they are not checked themselves")
      .option("--strict", "warnings are errors")
      .action(async (paths: string[], _options: ValidateOptions, command) => {
        finish(await runValidate(paths, command.optsWithGlobals(), io));
      });
  },
};

const reports: Readonly<Record<string, (findings: Findings, io: Io) => string>> = {
  text: (findings, io) => textReport(findings, io.out),
  json: jsonReport,
  junit: junitReport,
  github: githubReport,
};

async function runValidate(paths: readonly string[], options: ValidateOptions, io: Io): Promise<number> {
  const report = Object.hasOwn(reports, options.output) ? reports[options.output] : undefined;
  if (!report) {
    const hint = `use ${Object.keys(reports).join(", ")}`;
    throw new SporeError("SPORE_USAGE", `-o ${options.output}: no such format`, { hint });
  }
  const files = { recursive: true, pipes: true };
  const definitions = await parseAll(options.crds ?? [], files, io);
  const findings = checkManifests(await parseAll(paths, files, io), definitions, {
    lookup: offlineKinds(),
    namespace: options.namespace ?? "default",
    strict: options.strict === true,
  });
  if (findings.files.length === 0) {
    throw new SporeError("SPORE_MANIFEST_INVALID", `no manifests in ${paths.join(", ")}`, {
      hint: "files must end in .yaml, .yml or .json",
    });
  }
  io.out.write(report(findings, io));
  return findings.findings.some(({ severity }) => severity === "error") ? exitCodes.failed : exitCodes.done;
}

async function parseAll(paths: readonly string[], files: FileOptions, io: Io): Promise<readonly ParsedTexts[]> {
  const parsed: ParsedTexts[] = [];
  for (const path of paths) {
    io.signal.throwIfAborted();
    parsed.push(...(path === "-" ? [await parseStream(io.input)] : await parseTree(path, files)));
  }
  return parsed;
}
