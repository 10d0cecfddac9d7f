import { SporeError } from "../../base/errors.ts";
import { physicsPresets } from "../../simulator/spore/physics.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Screen } from "../io.ts";
import { runSim, type SimOptions, type SimSurroundings } from "./sim.ts";
import { writeSimulatedImage } from "./sim-image.ts";

/** `sporectl sim --nodes N`: asks no server. */
export const sim: Command = {
  define(program, io, finish) {
    program
      .command("sim")
      .configureHelp({ showGlobalOptions: false }) // those are about a server
      .description("Run simulated nodes on loopback addresses of this machine until Ctrl-C.")
      .option("--nodes <count>", "how many", whole, 8)
      .option("--family <family>", "spore", "spore")
      .option("--profile <profile>", "spore (our firmware), upstream-g1, upstream-g2 or upstream-g3", "spore")
      .option(
        "--fault <fault...>",
        "what is wrong with the nodes, as NAME[=NUMBER][@PERCENT%]; `--fault help` lists the names",
      )
      .option("--physics <preset>", `how fast boards are: ${Object.keys(physicsPresets).join(", ")}`, "quick")
      .option("--speed <factor>", "how many times as fast as life", Number, 1)
      .option("--base <address>", "address of the first node; the others follow", "127.20.0.1")
      .option("--seed <seed>", "two runs with one seed do the same", whole, 1)
      .option("--udp-port <port>", "where nodes announce themselves", whole, 4210)
      .option("--http-port <port>", "0 takes free ports", whole, 80)
      .option("--broadcast <address>", "where to announce", "127.255.255.255")
      .option("--image <file>", "what the nodes run at first")
      .option("--label <key=value...>", "a label of every node", collectLabel)
      .option("--write-image <file>", "start nothing: write an image that such nodes run, to push and watch")
      .option("--image-version <version>", "of that image", "1.2.0")
      .action(async ({ fault, label, writeImage, imageVersion, ...options }: SimFlags) => {
        if (writeImage !== undefined) {
          finish(await writeSimulatedImage(writeImage, imageVersion, options.profile ?? "spore", io));
          return;
        }
        const faults = fault === undefined ? {} : { faults: fault };
        const labels = label === undefined ? {} : { labels: label };
        await runSim({ ...options, ...faults, ...labels }, { ...printed(io.out), signal: io.signal, clock: io.clock });
        if (io.out.isTerminal) io.out.write("\n");
        finish(exitCodes.done);
      });
  },
};

type SimFlags = Omit<SimOptions, "faults" | "labels"> & {
  readonly fault?: readonly string[];
  readonly label?: Readonly<Record<string, string>>;
  readonly writeImage?: string;
  readonly imageVersion: string;
};

/** On a terminal how the nodes are is one line that is written over and over. */
function printed(out: Screen): Pick<SimSurroundings, "out" | "status"> {
  const line = (text: string) => out.write(`${text}\n`);
  if (!out.isTerminal) return { out: line };
  return { out: line, status: (text) => out.write(`\r\u001b[2K${text.slice(0, out.width - 1)}`) };
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SporeError("SPORE_USAGE", `"${text}" is no whole number`);
}

function collectLabel(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [key = "", value] = text.split("=");
  if (key === "" || value === undefined) throw new SporeError("SPORE_USAGE", `--label "${text}": must be KEY=VALUE`);
  return { ...before, [key]: value };
}
