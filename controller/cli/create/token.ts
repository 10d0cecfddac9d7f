import type { Command as Parser } from "commander";
import { pathOf } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import { parseGoDuration } from "../../base/go-duration.ts";
import { exitCodes, type Io } from "../io.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession } from "../session/session.ts";
import { serviceAccountKind } from "./named-objects.ts";

interface TokenOptions extends GlobalOptions {
  readonly duration?: string;
  readonly audience?: readonly string[];
  readonly output?: string;
}

/** `authentication.k8s.io/v1`, what the answer is read for. */
interface TokenRequest {
  readonly status?: { readonly token?: string };
}

/** `sporectl create token SERVICEACCOUNT`. */
export function defineToken(parent: Parser, io: Io, finish: (code: number) => void): void {
  parent
    .command("token")
    .description("A token for a service account, on standard output and nowhere else.")
    .argument("<serviceaccount>", "whose")
    .option("--duration <duration>", "how long it is good for; the server decides where nothing is said")
    .option(
      "--audience <name>",
      "for whom it is meant; may be given again",
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .action(async (name: string, _options: TokenOptions, command) => {
      finish(await createToken(name, command.optsWithGlobals(), io));
    });
}

async function createToken(name: string, { duration, audience, ...options }: TokenOptions, io: Io): Promise<number> {
  const lifeMs = duration === undefined ? undefined : parseGoDuration(duration);
  if (duration !== undefined && (lifeMs === undefined || lifeMs < 1000)) {
    throw new SporeError("SPORE_USAGE", `--duration=${duration}: a duration of a second or more is needed`, {
      hint: "write it as 90s, 10m or 24h",
    });
  }
  await using session = await openSession(options, io);
  const body = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      ...(lifeMs !== undefined && { expirationSeconds: Math.floor(lifeMs / 1000) }),
      ...(audience && { audiences: audience }),
    },
  };
  const path = pathOf(serviceAccountKind, session.namespace, name, "token");
  const { status } = await session.readJson<TokenRequest>(path, { body, signal: io.signal });
  if (!status?.token) throw new SporeError("SPORE_INTERNAL", "the server answered without a token");
  io.out.write(`${status.token}\n`);
  return exitCodes.done;
}
