import { Argument } from "commander";
import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../io.ts";
import { completionScript, shells } from "./scripts.ts";

/** `sporectl completion SHELL`. */
export const completion: Command = {
  define(program, io, finish) {
    program
      .command("completion")
      .description("Print a script that completes verbs, flags, kinds and names: `source <(sporectl completion bash)`.")
      .addArgument(new Argument("<shell>", `one of ${shells.join(", ")}`))
      .action((shell: string) => {
        const script = completionScript(shell);
        if (script === undefined) {
          throw new SporeError("SPORE_USAGE", `there is no completion for "${shell}"`, {
            hint: `use ${shells.join(", ")}`,
          });
        }
        io.out.write(script);
        finish(exitCodes.done);
      });
  },
};
