import type { Command } from "../command.ts";
import { addMetadataOptions, editMetadata, type MetadataOptions, type MetadataVerb } from "./edit-metadata.ts";

const verb: MetadataVerb = {
  verb: "annotate",
  map: "annotations",
  entry: "annotation",
  done: "annotated",
  verdict: () => "annotated", // kubectl says so of an object that was the same before, too
};

/** `sporectl annotate KIND NAME… KEY=VALUE… KEY-…`. */
export const annotate: Command = {
  define(program, io, finish) {
    const parser = program
      .command("annotate")
      .description("Set annotations with KEY=VALUE, remove them with KEY-.")
      .argument("<words...>", "KIND NAME… KEY=VALUE… KEY-…");
    addMetadataOptions(parser, verb.map).action(async (words: string[], _options: MetadataOptions, command) => {
      finish(await editMetadata(verb, words, command.optsWithGlobals(), io));
    });
  },
};
