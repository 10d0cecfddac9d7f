import { spawn } from "node:child_process";
import { SporeError } from "../../base/errors.ts";
import type { Io } from "../io.ts";

/** Lets the user change a file; resolves when they are done. */
export type Editor = (path: string, io: Io) => Promise<void>;

/**
 * The user's editor.
 *
 * @throws SporeError `SPORE_USAGE` where none is named and nobody looks on.
 */
export function editorOf({ env, out }: Io): Editor {
  const command = env.KUBE_EDITOR || env.VISUAL || env.EDITOR || (out.isTerminal ? "vi" : undefined);
  if (command === undefined) {
    throw new SporeError("SPORE_USAGE", "there is no terminal to edit on", {
      hint: "set $EDITOR, or change the object with sporectl patch",
    });
  }
  return (path, io) => run(command, path, io);
}

/** Through a shell, because the variable may hold options and quotes: `code --wait`. The path is handed over as an argument and is never parsed. */
function run(command: string, path: string, io: Io): Promise<void> {
  // Ctrl-C in an editor is the editor's own, although the terminal tells us of it as well.
  const listeners = process.listeners("SIGINT");
  const ignore = () => {};
  process.removeAllListeners("SIGINT").on("SIGINT", ignore);
  const listenAgain = () => {
    process.off("SIGINT", ignore);
    for (const listener of listeners) process.on("SIGINT", listener);
  };
  return new Promise<void>((resolve, reject) => {
    const child = spawn("sh", ["-c", `${command} "$1"`, "sh", path], { env: { ...io.env }, stdio: "inherit" });
    const refuse = (why: string) =>
      reject(
        new SporeError("SPORE_USAGE", `the editor "${command}" ${why}`, { hint: "set $EDITOR to one that works" }),
      );
    child.on("error", (error) => refuse(`cannot be run: ${error.message}`));
    child.on("close", (code, signal) => {
      if (io.signal.aborted) reject(io.signal.reason);
      else if (code === 0) resolve();
      else refuse(`ended with ${signal ?? `exit code ${code}`}`);
    });
  }).finally(listenAgain);
}
