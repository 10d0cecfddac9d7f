import type { Command } from "../command.ts";
import { addDeletingVerbs, addSettingVerbs } from "./config-change.ts";
import { addShowingVerbs } from "./config-show.ts";

/** `sporectl config …`: looks at kubeconfigs and changes them. */
export const config: Command = {
  define(program, io, finish) {
    const parent = program.command("config").description("Look at your kubeconfig, and change it.");
    addShowingVerbs(parent, io, finish);
    addSettingVerbs(parent, io, finish);
    addDeletingVerbs(parent, io, finish);
  },
};
