import type { Command as Parser } from "commander";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import { openSession } from "../session/session.ts";
import { patchEach } from "./node-patches.ts";
import { nodesAndGroups } from "./restart.ts";

/** `sporectl pause NODE…` and `sporectl pause nodegroup/NAME`. */
export const pause: Command = {
  define: (program, io, finish) => definePause(program, io, finish, "pause", true),
};

/** The opposite of `pause`. */
export const resume: Command = {
  define: (program, io, finish) => definePause(program, io, finish, "resume", false),
};

function definePause(program: Parser, io: Io, finish: (code: number) => void, verb: string, paused: boolean): void {
  program
    .command(verb)
    .description(
      paused ? "Stop every write to nodes, or to the nodes of a group, at once." : "Let writes happen again.",
    )
    .argument("<what...>", "names of nodes, or nodegroup/NAME")
    .action(async (words: string[], _options, command) => {
      await using session = await openSession(command.optsWithGlobals(), io);
      let code = 0;
      for (const { kind, object } of await nodesAndGroups(words, session, io)) {
        code = await patchEach(kind, [object], { body: { spec: { paused } }, done: `${verb}d` }, session, io);
      }
      finish(code);
    });
}
