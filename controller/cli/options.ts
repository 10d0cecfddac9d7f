import type { Command } from "./command.ts";
import { exitCodes } from "./io.ts";
import { columns } from "./output/columns.ts";
import { globalFlags } from "./session/global-options.ts";

/** `sporectl options`. */
export const options: Command = {
  define(program, io, finish) {
    program
      .command("options")
      .description("List the options that every verb takes.")
      .action(() => {
        io.out.write(columns(globalFlags.map(([flags, meaning]) => [`  ${flags}`, meaning])));
        finish(exitCodes.done);
      });
  },
};
