import type { Command as Parser } from "commander";
import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { configMapHash, secretHash } from "../../manifests/content-hash.ts";
import { binaryPairs, readPairs, type Source, secretPairs, textPairs } from "../../manifests/key-value-sources.ts";
import type { Io } from "../io.ts";
import { addCreateOptions, type CreateObjectOptions, createObject } from "./create-object.ts";

interface KeyValueOptions extends CreateObjectOptions {
  readonly fromLiteral?: readonly string[];
  readonly fromFile?: readonly string[];
  readonly fromEnvFile?: readonly string[];
  readonly appendHash?: boolean;
  readonly type?: string;
}

/** `sporectl create configmap NAME --from-literal=KEY=VALUE`. */
export function defineConfigMap(parent: Parser, io: Io, finish: (code: number) => void): void {
  const parser = parent
    .command("configmap")
    .alias("cm")
    .description("Values for groups to push, or for others to use.");
  addPairOptions(parser).action(async (name: string, _options: KeyValueOptions, command) => {
    const options: KeyValueOptions = command.optsWithGlobals();
    const pairs = await readPairs(sourcesOf(options), `ConfigMap "${name}"`);
    const content = { ...nonEmpty("data", textPairs(pairs)), ...nonEmpty("binaryData", binaryPairs(pairs)) };
    const suffix = options.appendHash ? `-${configMapHash(name, content)}` : "";
    const object = { apiVersion: "v1", ...content, kind: "ConfigMap", metadata: { name: `${name}${suffix}` } };
    finish(await createObject(ConfigMap, object, options, io));
  });
}

/** `sporectl create secret generic NAME --from-literal=KEY=VALUE`. */
export function defineSecret(parent: Parser, io: Io, finish: (code: number) => void): void {
  const secret = parent.command("secret").description("Values that are kept from those who may not read them.");
  const parser = secret.command("generic").description("A Secret of keys and values.");
  addPairOptions(parser)
    .option("--type <type>", "what the values are for")
    .action(async (name: string, _options: KeyValueOptions, command) => {
      const options: KeyValueOptions = command.optsWithGlobals();
      const pairs = await readPairs(sourcesOf(options), `Secret "${name}"`);
      const content = {
        ...nonEmpty("data", secretPairs(pairs)),
        ...(options.type !== undefined && { type: options.type }),
      };
      const suffix = options.appendHash ? `-${secretHash(name, content)}` : "";
      const { type, ...data } = content;
      const object = {
        apiVersion: "v1",
        ...data,
        kind: "Secret",
        metadata: { name: `${name}${suffix}` },
        ...(type !== undefined && { type }),
      };
      finish(await createObject(Secret, object, options, io));
    });
}

function addPairOptions(parser: Parser): Parser {
  const collect = (word: string, before: readonly string[] = []) => [...before, word];
  return addCreateOptions(parser.argument("<name>", "its name"))
    .option("--from-literal <key=value>", "a value as it stands here; may be given again", collect)
    .option(
      "--from-file <[key=]path>",
      "a file, or each file of a directory; the key is the file's name unless it is said",
      collect,
    )
    .option("--from-env-file <path>", "a file of KEY=VALUE lines", collect)
    .option("--append-hash", "add a hash of the content to the name, so that other content is another object");
}

function sourcesOf({ fromLiteral = [], fromFile = [], fromEnvFile = [] }: KeyValueOptions): readonly Source[] {
  return [
    ...fromFile.map((word) => ({ from: "file", word }) as const),
    ...fromLiteral.map((word) => ({ from: "literal", word }) as const),
    ...fromEnvFile.map((word) => ({ from: "env", word }) as const),
  ];
}

function nonEmpty<N extends string, V extends object>(name: N, values: V): { readonly [K in N]?: V } {
  return Object.keys(values).length === 0 ? {} : ({ [name]: values } as { readonly [K in N]?: V });
}
