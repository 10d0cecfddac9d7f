import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import { exitCodes, type Io } from "../io.ts";
import type { EntryList } from "./kubeconfig-file.ts";
import { type KubeconfigFiles, openKubeconfigs } from "./kubeconfig-files.ts";

type Fields = Readonly<Record<string, JsonValue | undefined>>;

/** Verbs that add to a kubeconfig and change what is in it. What is not said stays as it is. */
export function addSettingVerbs(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("use-context")
    .description("Use another context from now on.")
    .argument("<name>", "the context")
    .action(async (name: string, _options, command) => {
      const files = await openKubeconfigs(command.optsWithGlobals(), io);
      files.mustHave("contexts", name);
      const { main } = files;
      main.currentContext = name;
      await main.save();
      io.out.write(`Switched to context "${name}".\n`);
      finish(exitCodes.done);
    });
  parent
    .command("rename-context")
    .description("Give a context another name.")
    .argument("<name>", "the context")
    .argument("<new-name>", "its new name")
    .action(async (name: string, to: string, _options, command) => {
      const files = await openKubeconfigs(command.optsWithGlobals(), io);
      const file = files.mustHave("contexts", name);
      if (files.fileOf("contexts", to))
        throw usage(`cannot rename the context "${name}", the context "${to}" already exists`, "choose another name");
      file.rename("contexts", name, to);
      if (file.currentContext === name) file.currentContext = to;
      await file.save();
      io.out.write(`Context "${name}" renamed to "${to}".\n`);
      finish(exitCodes.done);
    });
  parent
    .command("set-context")
    .description("Make a context, or change what it says, with --cluster, --user and --namespace.")
    .argument("[name]", "the context")
    .option("--current", "the one that is used")
    .action(async (named: string | undefined, _options, command) => {
      const options = command.optsWithGlobals();
      const files = await openKubeconfigs(options, io);
      const name = options.current ? files.currentContext : named;
      if (name === undefined) throw usage("say which context", "name it, or say --current");
      const { cluster, user, namespace } = options;
      const isNew = await setEntry("contexts", name, said({ cluster, user, namespace }), files);
      io.out.write(`Context "${name}" ${isNew ? "created" : "modified"}.\n`);
      finish(exitCodes.done);
    });
  addSetCluster(parent, io, finish);
  addSetCredentials(parent, io, finish);
}

function addSetCluster(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("set-cluster")
    .description("Say where a cluster is, with --server, --certificate-authority and --insecure-skip-tls-verify.")
    .argument("<name>", "the cluster")
    .option("--embed-certs", "copy the certificate into the kubeconfig")
    .action(async (name: string, _options, command) => {
      const options = command.optsWithGlobals();
      const files = await openKubeconfigs(options, io);
      const certificate = await fileFields("certificate-authority", options.certificateAuthority, options.embedCerts);
      const fields = {
        server: options.server,
        "tls-server-name": options.tlsServerName,
        "insecure-skip-tls-verify": options.insecureSkipTlsVerify,
      };
      await setEntry("clusters", name, { ...said(fields), ...certificate }, files);
      io.out.write(`Cluster "${name}" set.\n`);
      finish(exitCodes.done);
    });
}

function addSetCredentials(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("set-credentials")
    .description("Say how a user gets in, with --token, --client-certificate and --client-key, or a name and password.")
    .argument("<name>", "the user")
    .option("--username <name>", "a name, for servers that take passwords")
    .option("--password <password>", "its password")
    .option("--embed-certs", "copy certificate and key into the kubeconfig")
    .action(async (name: string, _options, command) => {
      const options = command.optsWithGlobals();
      const { token, username, password, embedCerts } = options;
      const files = await openKubeconfigs(options, io);
      const certificate = await fileFields("client-certificate", options.clientCertificate, embedCerts);
      const key = await fileFields("client-key", options.clientKey, embedCerts);
      await setEntry("users", name, { ...said({ token, username, password }), ...certificate, ...key }, files);
      io.out.write(`User "${name}" set.\n`);
      finish(exitCodes.done);
    });
}

/** Verbs that take entries out. */
export function addDeletingVerbs(parent: Parser, io: Io, finish: (code: number) => void): void {
  for (const list of ["clusters", "contexts", "users"] as const) {
    const what = list.slice(0, -1);
    parent
      .command(`delete-${what}`)
      .description(`Take a ${what} out.`)
      .argument("<name>", `the ${what}`)
      .action(async (name: string, _options, command) => {
        const files = await openKubeconfigs(command.optsWithGlobals(), io);
        const file = files.mustHave(list, name);
        file.remove(list, name);
        await file.save();
        if (list === "contexts" && files.currentContext === name) {
          io.err.write(
            `warning: this removed your active context, use "sporectl config use-context" to select a different one\n`,
          );
        }
        io.out.write(`deleted ${what} ${name} from ${file.path}\n`);
        finish(exitCodes.done);
      });
  }
}

/** Whether the entry is new. */
async function setEntry(list: EntryList, name: string, fields: Fields, files: KubeconfigFiles): Promise<boolean> {
  const known = files.fileOf(list, name);
  const file = known ?? files.main;
  file.setFields(list, name, fields);
  await file.save();
  return known === undefined;
}

/** Without what was not said. */
function said(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A file that an entry names, or holds: one of the two, the other is taken out. */
async function fileFields(field: string, path: string | undefined, embed: boolean | undefined): Promise<Fields> {
  if (path === undefined) return {};
  if (!embed) return { [field]: resolve(path), [`${field}-data`]: undefined };
  try {
    return { [field]: undefined, [`${field}-data`]: (await readFile(path)).toString("base64") };
  } catch (error) {
    throw new SporeError(
      "SPORE_USAGE",
      `--${field} ${path} cannot be read`,
      { hint: "Check its path." },
      { cause: error },
    );
  }
}

function usage(message: string, hint: string): SporeError {
  return new SporeError("SPORE_USAGE", message, { hint });
}
