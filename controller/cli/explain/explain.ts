import { SporeError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { exitCodes, type Io } from "../io.ts";
import { nearestWord } from "../nearest-word.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";
import { explained } from "./explained.ts";
import { memberOf, membersOf, type OpenApiDocument, type OpenApiSchema, schemaOfKind } from "./open-api-schema.ts";

interface ExplainOptions extends GlobalOptions {
  readonly recursive?: boolean;
  readonly apiVersion?: string;
}

/** `sporectl explain KIND[.FIELD…]`. */
export const explain: Command = {
  define(program, io, finish) {
    program
      .command("explain")
      .description("Show what the fields of a kind mean: `explain nodegroup.spec.strategy`.")
      .argument("<what>", "KIND, or KIND.FIELD.FIELD")
      .option("--recursive", "all fields below at once, without their descriptions")
      .option("--api-version <version>", "of this version, such as spore.dev/v1alpha1")
      .action(async (what: string, _options, command) => {
        finish(await runExplain(what, command.optsWithGlobals(), io));
      });
  },
};

async function runExplain(what: string, options: ExplainOptions, io: Io): Promise<number> {
  await using session = await openSession(options, io);
  const { word, fields } = partsOf(what, session);
  const [preferred] = session.names.resolve(word);
  const kind =
    options.apiVersion === undefined || !preferred
      ? preferred
      : session.names.kindOf(options.apiVersion, preferred.kind);
  if (!kind) {
    const hint = "sporectl api-versions lists what there is";
    throw new SporeError("SPORE_USAGE", `couldn't find resource for "${word}" in ${options.apiVersion}`, { hint });
  }
  const document = await documentOf(
    kind.group === "" ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`,
    session,
    io,
  );
  let schema = schemaOfKind(document, kind);
  if (!schema)
    throw new SporeError("SPORE_NOT_FOUND", `the server does not describe ${kind.kind}`, {
      hint: "Ask it for another version.",
    });
  for (const field of fields) schema = fieldOf(schema, field, document);
  io.out.write(explained(kind, schema, fields.at(-1), document, options.recursive === true));
  return exitCodes.done;
}

/** The kind may have dots in its own name: `nodes.spore.dev.spec`. */
function partsOf(what: string, session: Session): { word: string; fields: readonly string[] } {
  const parts = what.split(".").filter((part) => part !== "");
  for (let length = parts.length; length > 1; length -= 1) {
    const word = parts.slice(0, length).join(".");
    if (session.names.has(word)) return { word, fields: parts.slice(length) };
  }
  return { word: parts[0] ?? "", fields: parts.slice(1) };
}

function fieldOf(schema: OpenApiSchema, field: string, document: OpenApiDocument): OpenApiSchema {
  const found = memberOf(schema, field, document);
  if (found) return found;
  const near = nearestWord(field, membersOf(schema, document).keys());
  const hint = near === undefined ? "sporectl explain without it lists the fields" : `did you mean "${near}"?`;
  throw new SporeError("SPORE_NOT_FOUND", `field "${field}" does not exist`, { hint });
}

async function documentOf(version: string, session: Session, { signal }: Io): Promise<OpenApiDocument> {
  const index = await session.readJson<{ paths: Readonly<Record<string, { serverRelativeURL: string }>> }>(
    "/openapi/v3",
    { signal },
  );
  const place = index.paths[version]?.serverRelativeURL;
  if (place === undefined)
    throw new SporeError("SPORE_NOT_FOUND", `the server describes nothing of ${version}`, {
      hint: "sporectl api-versions lists what there is",
    });
  const url = new URL(place, "https://server");
  return session.readJson<OpenApiDocument>(url.pathname, { query: url.searchParams, signal });
}
