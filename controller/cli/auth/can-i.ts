import type { Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import { exitCodes, type Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";

interface CanIOptions extends GlobalOptions {
  readonly allNamespaces?: boolean;
  readonly subresource?: string;
  readonly quiet?: boolean;
  readonly list?: boolean;
  readonly headers: boolean;
}

const reviews = "/apis/authorization.k8s.io/v1";

/** `auth can-i VERB KIND[/NAME]`. */
export function addCanI(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("can-i")
    .description("Say yes or no, with exit code 0 or 1: `auth can-i patch nodes`, `auth can-i get /metrics`.")
    .argument("[verb]", "such as get, list, create or patch")
    .argument("[what]", "KIND, KIND/NAME, or a path that begins with /")
    .argument("[name]", "the name of one object")
    .option("-A, --all-namespaces", "in every namespace")
    .option("--subresource <name>", "of a part of the object, such as status")
    .option("-q, --quiet", "say nothing, the exit code is the answer")
    .option("--list", "list all that you may do in the namespace")
    .option("--no-headers", "with --list: leave the first line out")
    .action(async (verb: string | undefined, what: string | undefined, name: string | undefined, _options, command) => {
      const options: CanIOptions = command.optsWithGlobals();
      await using session = await openSession(options, io);
      finish(options.list ? await listRules(session, options, io) : await ask(verb, what, name, session, options, io));
    });
}

async function ask(
  verb: string | undefined,
  what: string | undefined,
  named: string | undefined,
  session: Session,
  options: CanIOptions,
  io: Io,
): Promise<number> {
  if (verb === undefined || what === undefined) {
    throw new SporeError("SPORE_USAGE", "you must specify two arguments: verb resource or verb resource/resourceName", {
      hint: "sporectl auth can-i list nodes",
    });
  }
  const spec = what.startsWith("/")
    ? { nonResourceAttributes: { path: what, verb } }
    : { resourceAttributes: attributesOf(verb, what, named, session, options, io) };
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec };
  const path = `${reviews}/selfsubjectaccessreviews`;
  const { status } = await session.readJson<Review>(path, { body, signal: io.signal });
  if (!options.quiet) io.out.write(`${answerText(status)}\n`);
  return status.allowed ? exitCodes.done : exitCodes.failed;
}

interface Review {
  readonly status: { readonly allowed: boolean; readonly reason?: string; readonly evaluationError?: string };
}

function answerText({ allowed, reason, evaluationError }: Review["status"]): string {
  const why = reason === undefined || reason === "" ? "" : ` - ${reason}`;
  const error = evaluationError === undefined || evaluationError === "" ? "" : ` - ${evaluationError}`;
  return allowed ? "yes" : `no${why}${error}`;
}

/** A kind that the server does not have is asked for as it was typed: it may come later. */
function attributesOf(
  verb: string,
  what: string,
  named: string | undefined,
  session: Session,
  { allNamespaces, subresource }: CanIOptions,
  io: Io,
) {
  const [word = "", slashed] = what.split("/");
  const name = named ?? slashed;
  const kind = word === "*" || !session.names.has(word) ? undefined : session.names.resolve(word)[0];
  if (kind === undefined && word !== "*") {
    io.err.write(`Warning: the server doesn't have a resource type '${word}'\n`);
  }
  const namespace = allNamespaces || kind?.namespaced === false ? "" : session.namespace;
  return {
    verb,
    resource: kind?.plural ?? word,
    group: kind?.group ?? (word === "*" ? "*" : ""),
    ...(namespace !== "" && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

interface Rules {
  readonly status: {
    readonly resourceRules: readonly {
      readonly verbs: readonly string[];
      readonly apiGroups?: readonly string[];
      readonly resources?: readonly string[];
      readonly resourceNames?: readonly string[];
    }[];
    readonly nonResourceRules: readonly {
      readonly verbs: readonly string[];
      readonly nonResourceURLs?: readonly string[];
    }[];
  };
}

async function listRules(session: Session, { headers }: CanIOptions, io: Io): Promise<number> {
  const spec = { namespace: session.namespace };
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec };
  const { status } = await session.readJson<Rules>(`${reviews}/selfsubjectrulesreviews`, { body, signal: io.signal });
  const list = (words: readonly string[]) => `[${words.join(" ")}]`;
  const rows = status.resourceRules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
    resources.flatMap((resource) =>
      apiGroups.map((group) => [
        group === "" ? resource : `${resource}.${group}`,
        "[]",
        list(resourceNames),
        list(verbs),
      ]),
    ),
  );
  const urls = status.nonResourceRules.flatMap(({ verbs, nonResourceURLs = [] }) =>
    nonResourceURLs.map((url) => ["", list([url]), "[]", list(verbs)]),
  );
  const head = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];
  io.out.write(columns(headers ? [head, ...rows, ...urls] : [...rows, ...urls]));
  return exitCodes.done;
}
