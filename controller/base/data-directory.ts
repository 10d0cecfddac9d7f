import { homedir } from "node:os";
import { join } from "node:path";

/** Where a spored keeps its data unless it is told otherwise: `$XDG_DATA_HOME/spore`, by default `~/.local/share/spore`. */
export function defaultDataDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const shared = environment.XDG_DATA_HOME;
  // The specification says to ignore a relative path.
  return join(shared?.startsWith("/") ? shared : join(homedir(), ".local", "share"), "spore");
}
