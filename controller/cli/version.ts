import { SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { clientVersion } from "./client-version.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import type { GlobalOptions } from "./session/global-options.ts";

interface VersionOptions extends GlobalOptions {
  readonly client?: boolean;
  readonly output?: string;
}

/** `sporectl version [--client]`. */
export const version: Command = {
  define(program, io, finish) {
    program
      .command("version")
      .description("Show the version of this program, and of the server.")
      .option("--client", "of this program only; asks no server")
      .option("-o, --output <format>", "yaml or json")
      .action(async (_options: VersionOptions, command) => {
        finish(await runVersion(command.optsWithGlobals(), io));
      });
  },
};

async function runVersion(options: VersionOptions, io: Io): Promise<number> {
  const { output, client } = options;
  if (output !== undefined && output !== "yaml" && output !== "json") {
    throw new SporeError("SPORE_USAGE", "--output must be 'yaml' or 'json'", { hint: "leave it out for text" });
  }
  const own = `v${clientVersion()}`;
  if (output === undefined) {
    io.out.write(`Client Version: ${own}\n`);
    if (!client) io.out.write(`Server Version: ${String((await askServer(options, io)).gitVersion)}\n`);
    return exitCodes.done;
  }
  const { printDocument } = await import("./output/object-printer.ts");
  const platform = `${process.platform}/${process.arch}`;
  const clientSide = { gitVersion: own, goVersion: `node ${process.version}`, platform };
  const server = client ? {} : { serverVersion: await askServer(options, io) };
  await printDocument({ clientVersion: clientSide, ...server }, output, io.out);
  return exitCodes.done;
}

async function askServer(options: GlobalOptions, io: Io): Promise<JsonObject> {
  const { openSession } = await import("./session/session.ts"); // loads TLS, which --client does without
  await using session = await openSession(options, io);
  return await session.readJson<JsonObject>("/version", { signal: io.signal });
}
