import type { Command } from "../command.ts";
import { exitCodes } from "../io.ts";
import { openSession } from "../session/session.ts";

/** `sporectl api-versions`. */
export const apiVersions: Command = {
  define(program, io, finish) {
    program
      .command("api-versions")
      .description("List the groups and versions that the server has, as `group/version`.")
      .action(async (_options, command) => {
        await using session = await openSession(command.optsWithGlobals(), io);
        for (const version of [...session.names.groupVersions].sort()) io.out.write(`${version}\n`);
        finish(exitCodes.done);
      });
  },
};
