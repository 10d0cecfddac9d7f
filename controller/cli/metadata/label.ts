import type { Command } from "../command.ts";
import { addMetadataOptions, editMetadata, type MetadataOptions, type MetadataVerb } from "./edit-metadata.ts";

const verb: MetadataVerb = {
  verb: "label",
  map: "labels",
  entry: "label",
  done: "labeled",
  verdict(patch, present) {
    const changes = Object.entries(patch).filter(([key, value]) => (present[key] ?? null) !== value);
    if (changes.length === 0) return "not labeled";
    return changes.every(([, value]) => value === null) ? "unlabeled" : "labeled";
  },
};

/** `sporectl label KIND NAME… KEY=VALUE… KEY-…`. */
export const label: Command = {
  define(program, io, finish) {
    const parser = program
      .command("label")
      .description(
        "Set labels with KEY=VALUE, remove them with KEY-. Labels on a Node are yours; they do not go to the device.",
      )
      .argument("<words...>", "KIND NAME… KEY=VALUE… KEY-…");
    addMetadataOptions(parser, verb.map).action(async (words: string[], _options: MetadataOptions, command) => {
      finish(await editMetadata(verb, words, command.optsWithGlobals(), io));
    });
  },
};
