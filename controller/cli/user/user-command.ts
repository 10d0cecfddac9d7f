import { Command } from "commander";
import { defaultDataDirectory } from "../../base/data-directory.ts";
import { clientVersion } from "../client-version.ts";
import { exitCodes, type Io } from "../io.ts";
import { report } from "../run-cli.ts";
import { type AddOptions, addUser } from "./add-user.ts";
import { listUsers } from "./list-users.ts";
import { revokeUser } from "./revoke-user.ts";

/**
 * `spored user …`: who gets in. It works on the data directory, with the rights of whoever may read that, while spored runs on it or not.
 *
 * @param words the command line behind `user`.
 * @returns the exit code; errors are written to `io.err`.
 */
export async function runUserCommand(words: readonly string[], io: Io): Promise<number> {
  const program = new Command("spored user")
    .description("Say who may get in, and take it back.")
    .version(`spored v${clientVersion()}`)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out.write, writeErr: io.err.write, outputError: () => {} })
    .exitOverride();
  defineAdd(program, io);
  defineList(program, io);
  defineRevoke(program, io);
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return report(error, io);
  }
}

interface Directory {
  readonly dataDir?: string;
}

function defineAdd(program: Command, io: Io): void {
  withDataDir(program.command("add <name>"))
    .description("Make a kubeconfig for somebody. Whoever has it is that user: hand it over as you would a password.")
    .option("--group <group>", "a group that they are in; may be repeated", repeated, [])
    .option("--role <role>", "admin, edit, view or another ClusterRole that they get; may be repeated", repeated, [])
    .option(
      "-n, --namespace <name>",
      "where the roles hold; without it, everywhere. spore-fleet-viewer and spore-uploader always hold everywhere",
    )
    .option("--token", "prove it by a token; this is the default")
    .option("--certificate", "prove it by a client certificate")
    .option("--ttl <duration>", "how long it lasts, such as 720h; default: a token for ever, a certificate for a year")
    .option("--server <url>", "where they reach the API; default: as in admin.kubeconfig")
    .option("-o, --output <file>", "write the kubeconfig there (mode 0600) and not to standard output")
    .action((name: string, options: Omit<AddOptions, "dataDir"> & Directory) =>
      addUser(name, { ...options, dataDir: dataDirOf(options, io) }, io),
    );
}

function defineList(program: Command, io: Io): void {
  withDataDir(program.command("list"))
    .alias("ls")
    .description("Show the credentials that were made, never the credentials themselves.")
    .action((options: Directory) => listUsers(dataDirOf(options, io), io));
}

function defineRevoke(program: Command, io: Io): void {
  withDataDir(program.command("revoke <name>"))
    .description(
      "Take back every token and certificate of somebody, and the roles that `add` gave. Their watches end within seconds.",
    )
    .action((name: string, options: Directory) => revokeUser(name, dataDirOf(options, io), io));
}

function withDataDir(command: Command): Command {
  return command.option(
    "--data-dir <dir>",
    "the data directory of spored; default $SPORED_DATA_DIR, then its own default",
  );
}

function dataDirOf({ dataDir }: Directory, { env }: Io): string {
  return dataDir ?? (env.SPORED_DATA_DIR || defaultDataDirectory(env));
}

function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
