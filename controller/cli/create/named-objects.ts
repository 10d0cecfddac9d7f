import type { Command as Parser } from "commander";
import { Namespace } from "../../api/core-kinds.ts";
import type { Kind } from "../../api/kind.ts";
import type { Io } from "../io.ts";
import { addCreateOptions, type CreateObjectOptions, createObject } from "./create-object.ts";

export const serviceAccountKind: Kind = {
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  namespaced: true,
};

/** `sporectl create namespace NAME`. */
export function defineNamespace(parent: Parser, io: Io, finish: (code: number) => void): void {
  define(
    parent,
    Namespace,
    { name: "namespace", alias: "ns", description: "A room for groups, and for the nodes that it owns." },
    io,
    finish,
  );
}

/** `sporectl create serviceaccount NAME`. */
export function defineServiceAccount(parent: Parser, io: Io, finish: (code: number) => void): void {
  const words = {
    name: "serviceaccount",
    alias: "sa",
    description: "An identity for a program; `create token` gives it tokens.",
  };
  define(parent, serviceAccountKind, words, io, finish);
}

function define(
  parent: Parser,
  kind: Kind,
  { name, alias, description }: { readonly name: string; readonly alias: string; readonly description: string },
  io: Io,
  finish: (code: number) => void,
): void {
  const parser = parent.command(name).alias(alias).description(description).argument("<name>", "its name");
  addCreateOptions(parser).action(async (object: string, _options: CreateObjectOptions, command) => {
    const manifest = { apiVersion: "v1", kind: kind.kind, metadata: { name: object } };
    finish(await createObject(kind, manifest, command.optsWithGlobals(), io));
  });
}
