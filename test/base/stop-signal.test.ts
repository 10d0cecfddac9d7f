import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { programUrl } from "../support/built-programs.ts";

/** Says `up`, waits for the signal, says `stopping`, and then ends by itself or, with `hang`, does not. */
const script = `
  import { stopSignal } from ${JSON.stringify(programUrl("base/stop-signal.js"))};
  const { signal } = stopSignal();
  const timer = setInterval(() => {}, 1000);
  signal.addEventListener("abort", () => {
    console.log("stopping");
    if (process.argv[1] !== "hang") clearInterval(timer);
  });
  if (process.argv[1] === "idle") clearInterval(timer);
  console.log("up");
`;

interface Started {
  readonly child: ChildProcess;
  /** Resolves once it has said so. */
  said(text: string): Promise<void>;
  /** Exit code and signal. */
  readonly ended: Promise<readonly unknown[]>;
}

function start(how: "ends" | "hang" | "idle"): Started {
  const words = ["--input-type=module", "-e", script, how];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  let output = "";
  const heard = new Set<() => void>();
  child.stdout?.on("data", (chunk) => {
    output += chunk;
    for (const look of heard) look();
  });
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (output.includes(text)) resolve();
      };
      heard.add(look);
      look();
    });
  return { child, said, ended };
}

describe("stopSignal", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("aborts at %s, and lets the process end in order", async (name) => {
    const { child, said, ended } = start("ends");
    await said("up");
    child.kill(name);
    await said("stopping");
    expect(await ended).toEqual([0, null]);
  });

  it("aborts when the parent that holds its channel is gone", async () => {
    const { child, said, ended } = start("ends");
    await said("up");
    child.disconnect();
    await said("stopping");
    expect(await ended).toEqual([0, null]);
  });

  it("ends the process at once when it is asked twice", async () => {
    const { child, said, ended } = start("hang");
    await said("up");
    child.kill("SIGTERM");
    await said("stopping");
    child.kill("SIGTERM");
    expect(await ended).toEqual([130, null]);
  });

  it("does not keep a process alive that has nothing left to do", async () => {
    const { ended } = start("idle");
    expect(await ended).toEqual([0, null]);
  });
});
