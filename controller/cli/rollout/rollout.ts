import type { Command as Parser } from "commander";
import { NodeGroup } from "../../api/node-group.ts";
import { SporeError } from "../../base/errors.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import { patchEach } from "../nodes/node-patches.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { readObject } from "../session/objects.ts";
import { openSession, type Session } from "../session/session.ts";
import { readTargets } from "../session/targets.ts";
import { dryRunOption } from "../write/dry-run.ts";
import { type HistoryOptions, showHistory } from "./history.ts";
import { type StatusOptions, watchRollout } from "./rollout-status.ts";
import { type UndoOptions, undoRollout } from "./undo.ts";

/** `sporectl rollout status|history|undo|pause|resume|restart nodegroup/NAME`. */
export const rollout: Command = {
  define(program, io, finish) {
    const parser = program
      .command("rollout")
      .description("Follow what a group brings to its boards, and take it back.");
    defineStatus(parser, io, finish);
    defineHistory(parser, io, finish);
    defineUndo(parser, io, finish);
    definePatches(parser, io, finish);
  },
};

const what = ["<what...>", "nodegroup NAME… or nodegroup/NAME…"] as const;

function defineStatus(parser: Parser, io: Io, finish: (code: number) => void): void {
  parser
    .command("status")
    .description("Follow a rollout to its end. Exit code 1 when it cannot go on, 3 when it takes too long.")
    .argument(...what)
    .option("--no-watch", "only say how far it is")
    .option("--timeout <duration>", "how long to follow it; 0s for as long as it takes", "0s")
    .action(async (words: string[], _options: StatusOptions, command) => {
      const options: StatusOptions & GlobalOptions = command.optsWithGlobals();
      await using session = await openSession(options, io);
      let code = 0;
      for (const group of await groupsOf(words, session, io)) {
        code = Math.max(code, await watchRollout(group, options, session, io));
      }
      finish(code);
    });
}

function defineHistory(parser: Parser, io: Io, finish: (code: number) => void): void {
  parser
    .command("history")
    .description("The revisions of a group, or one of them in full.")
    .argument(...what)
    .option("--revision <number>", "show this one in full")
    .action(async (words: string[], _options: HistoryOptions, command) => {
      const options: HistoryOptions & GlobalOptions = command.optsWithGlobals();
      await using session = await openSession(options, io);
      for (const group of await groupsOf(words, session, io)) await showHistory(group, options, session, io);
      finish(0);
    });
}

function defineUndo(parser: Parser, io: Io, finish: (code: number) => void): void {
  parser
    .command("undo")
    .description("Make a group ask for what an earlier revision asked for.")
    .argument(...what)
    .option("--to-revision <number>", "which one; default: the one before")
    .option(...dryRunOption)
    .action(async (words: string[], _options: UndoOptions, command) => {
      const options: UndoOptions & GlobalOptions = command.optsWithGlobals();
      await using session = await openSession(options, io);
      for (const group of await groupsOf(words, session, io)) await undoRollout(group, options, session, io);
      finish(0);
    });
}

function definePatches(parser: Parser, io: Io, finish: (code: number) => void): void {
  const restartedAt = () => timestamp(io.clock.now());
  const verbs = [
    {
      name: "pause",
      text: "Start nothing new on any board of a group.",
      done: "paused",
      body: () => ({ spec: { paused: true } }),
    },
    { name: "resume", text: "The opposite of pause.", done: "resumed", body: () => ({ spec: { paused: false } }) },
    {
      name: "restart",
      text: "Restart each board of a group in turn, as its strategy allows.",
      done: "restarted",
      body: () => ({ spec: { template: { restartedAt: restartedAt() } } }),
    },
  ];
  for (const { name, text, done, body } of verbs) {
    parser
      .command(name)
      .description(text)
      .argument(...what)
      .action(async (words: string[], _options, command) => {
        await using session = await openSession(command.optsWithGlobals(), io);
        finish(await patchEach(NodeGroup, await groupsOf(words, session, io), { body: body(), done }, session, io));
      });
  }
}

/** All are there before the first is touched. */
async function groupsOf(words: readonly string[], session: Session, io: Io): Promise<readonly NodeGroup[]> {
  const groups: NodeGroup[] = [];
  for (const { kind, name } of readTargets(words, session.names)) {
    if (kind.group !== NodeGroup.group || kind.plural !== NodeGroup.plural || name === undefined) {
      throw new SporeError(
        "SPORE_USAGE",
        `${name === undefined ? "say which group" : `${kind.plural} have no rollout`}`,
        {
          hint: "name groups as nodegroup/NAME; sporectl get nodegroups lists them",
        },
      );
    }
    groups.push(await readObject(NodeGroup, name, session, io.signal));
  }
  return groups;
}
