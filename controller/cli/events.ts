import { Event } from "../api/core-kinds.ts";
import { SporeError } from "../base/errors.ts";
import { clusterEventsNamespace } from "./cluster-events.ts";
import type { Command } from "./command.ts";
import { exitCodes, type Io } from "./io.ts";
import { ageText } from "./output/age-text.ts";
import { growingColumns } from "./output/columns.ts";
import { eventTime } from "./output/event-time.ts";
import { paint } from "./output/paint.ts";
import { follow } from "./session/follow.ts";
import type { GlobalOptions } from "./session/global-options.ts";
import { openSession, type Session } from "./session/session.ts";
import { readTargets } from "./session/targets.ts";

interface EventOptions extends GlobalOptions {
  readonly allNamespaces?: boolean;
  readonly for?: string;
  readonly watch?: boolean;
  readonly types?: string;
  readonly headers: boolean;
}

/** `sporectl events [--for KIND/NAME] [-w]`. */
export const events: Command = {
  define(program, io, finish) {
    program
      .command("events")
      .description("Show what happened, newest last.")
      .option("-A, --all-namespaces", "in every namespace")
      .option("--for <object>", "only of this object, such as node/esp-a1b2c3")
      .option("-w, --watch", "go on until Ctrl-C")
      .option("--types <types>", "only Normal, or only Warning")
      .option("--no-headers", "leave the first line out")
      .action(async (_options: EventOptions, command) => {
        finish(await runEvents(command.optsWithGlobals(), io));
      });
  },
};

async function runEvents(options: EventOptions, io: Io): Promise<number> {
  const isWanted = typeFilter(options.types);
  await using session = await openSession(options, io);
  const chosen = chosenEvents(options, session);
  const { items, resourceVersion } = await session.client.list(Event, chosen, io.signal);
  const layOut = growingColumns();
  const sorted = items.filter(isWanted).sort((a, b) => (eventTime(a) < eventTime(b) ? -1 : 1));
  if (sorted.length === 0 && !options.watch) io.err.write("No events found.\n");
  const head = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
  if (sorted.length > 0)
    io.out.write(layOut([...(options.headers ? [head] : []), ...sorted.map((event) => row(event, io))]));
  if (!options.watch) return exitCodes.done;
  const open = (from: string) => session.client.watch(Event, { ...chosen, resourceVersion: from }, io.signal);
  for await (const event of follow(open, ({ metadata }) => metadata.resourceVersion, resourceVersion, io.signal)) {
    if (event.type !== "DELETED" && isWanted(event.object)) io.out.write(layOut([row(event.object, io)]));
  }
  return exitCodes.done;
}

function typeFilter(types: string | undefined): (event: Event) => boolean {
  if (types === undefined) return () => true;
  const wanted = types.split(",").map((type) => type.toLowerCase());
  if (wanted.every((type) => type === "normal" || type === "warning")) {
    return ({ type = "Normal" }) => wanted.some((one) => one === type.toLowerCase());
  }
  throw new SporeError("SPORE_USAGE", "valid --types are Normal or Warning", { hint: "such as --types=Warning" });
}

function chosenEvents({ allNamespaces, for: about }: EventOptions, session: Session) {
  const namespace = allNamespaces ? {} : { namespace: session.namespace };
  if (about === undefined) return namespace;
  const [target] = readTargets([about], session.names);
  if (target?.name === undefined) {
    throw new SporeError("SPORE_USAGE", `--for ${about} does not name an object`, {
      hint: "write it as node/esp-a1b2c3",
    });
  }
  const { kind, name } = target;
  const fieldSelector = `involvedObject.kind=${kind.kind},involvedObject.name=${name}`;
  if (kind.namespaced) return { ...namespace, fieldSelector };
  return { namespace: clusterEventsNamespace, fieldSelector };
}

function row(event: Event, io: Io): readonly string[] {
  const { involvedObject: about, type = "Normal", reason = "", message = "" } = event;
  const shown = type === "Warning" ? paint(io.out, "yellow", type) : type;
  return [
    ageText(eventTime(event), io),
    shown,
    reason,
    `${(about.kind ?? "").toLowerCase()}/${about.name ?? ""}`,
    message,
  ];
}
