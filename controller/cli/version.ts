import { clientVersion } from "./client-version.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import type { GlobalOptions } from "./session/global-options.ts";

interface VersionOptions extends GlobalOptions {
  readonly client?: boolean;
}

/** `sporectl version [--client]`. */
export const version: Command = {
  define(program, io, finish) {
    program
      .command("version")
      .description("Show the version of this program, and of the server.")
      .option("--client", "of this program only; asks no server")
      .action(async (options: VersionOptions, command) => {
        io.out.write(`Client Version: v${clientVersion()}\n`);
        if (!options.client) await showServer(command.optsWithGlobals(), io);
        finish(exitCodes.done);
      });
  },
};

async function showServer(options: GlobalOptions, io: Io): Promise<void> {
  const { openSession } = await import("./session/session.ts"); // loads TLS, which --client does without
  await using session = await openSession(options, io);
  const { gitVersion } = await session.readJson<{ gitVersion: string }>("/version", { signal: io.signal });
  io.out.write(`Server Version: ${gitVersion}\n`);
}
