import type { ApiRequest } from "../../api/transport.ts";

/** As for the name that a client gives itself. */
const nameMaxCharacters = 128;

/** The name under which a client owns what it writes: the one it gives, else its program's, as kube-apiserver has it. */
export function fieldManagerOf({ headers }: ApiRequest, given: string): string {
  if (given !== "") return given;
  const program = (headers["user-agent"] ?? "").split("/", 1)[0] ?? "";
  const name = program.replaceAll(/\p{C}/gu, "").slice(0, nameMaxCharacters);
  return name === "" ? "unknown" : name;
}
