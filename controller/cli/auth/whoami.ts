import type { Command as Parser } from "commander";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { exitCodes, type Io } from "../io.ts";
import { columns } from "../output/columns.ts";
import { printDocument } from "../output/object-printer.ts";
import { openSession } from "../session/session.ts";

/** `authentication.k8s.io/v1` SelfSubjectReview, as far as people look at it. */
interface Reviewed extends JsonObject {
  readonly status: {
    readonly userInfo: {
      readonly username: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: { readonly [key: string]: readonly string[] };
    };
  };
}

/** `auth whoami`. */
export function addWhoAmI(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("whoami")
    .description("Show whom the server takes you for.")
    .option("-o, --output <format>", "yaml or json")
    .action(async (_options, command) => {
      const options = command.optsWithGlobals();
      const { output } = options;
      if (output !== undefined && output !== "yaml" && output !== "json") {
        throw new SporeError("SPORE_USAGE", `-o ${output}: no such format`, { hint: "use yaml or json" });
      }
      await using session = await openSession(options, io);
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
      const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
      const review = await session.readJson<Reviewed>(path, { body, signal: io.signal });
      if (output === undefined) io.out.write(columns(rowsOf(review)));
      else await printDocument(review, output, io.out);
      finish(exitCodes.done);
    });
}

function rowsOf({ status: { userInfo } }: Reviewed): readonly (readonly string[])[] {
  const { username, uid, groups = [], extra = {} } = userInfo;
  return [
    ["ATTRIBUTE", "VALUE"],
    ["Username", username],
    ...(uid === undefined || uid === "" ? [] : [["UID", uid]]),
    ...(groups.length === 0 ? [] : [["Groups", `[${groups.join(" ")}]`]]),
    ...Object.keys(extra)
      .sort()
      .map((key) => [`Extra: ${key}`, `[${extra[key]?.join(" ") ?? ""}]`]),
  ];
}
