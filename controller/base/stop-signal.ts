/** The shell's code for a program that SIGINT ended. */
export const interruptedExitCode = 130;

/**
 * What ends this process in good order: SIGINT, SIGTERM, and the end of a parent that holds a channel to it (`stdio: "ipc"`), however that parent
 * ended. Who asks a second time means at once.
 */
export function stopSignal(): AbortController {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(interruptedExitCode);
      stop.abort();
    });
  }
  process.on("disconnect", () => stop.abort());
  if (process.connected === false) stop.abort(); // the parent went while this program was being loaded
  process.channel?.unref(); // to listen must not keep a process alive whose work is done
  return stop;
}
