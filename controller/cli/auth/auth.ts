import type { Command } from "../command.ts";
import { addCanI } from "./can-i.ts";
import { addWhoAmI } from "./whoami.ts";

/** `sporectl auth can-i` and `sporectl auth whoami`. */
export const auth: Command = {
  define(program, io, finish) {
    const parent = program.command("auth").description("Ask what you may do, and who the server takes you for.");
    addCanI(parent, io, finish);
    addWhoAmI(parent, io, finish);
  },
};
