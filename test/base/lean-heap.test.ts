import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { programUrl } from "../support/built-programs.ts";

/** Holds some 30 MB, makes garbage that has grown old, and tells the highest heap as a multiple of what lived in it at first. */
const script = `
  import { keepHeapLean } from ${JSON.stringify(programUrl("base/lean-heap.js"))};
  if (process.argv[1] === "lean") keepHeapLean();
  const live = Array.from({ length: 300_000 }, (_, number) => ({ number, text: "object " + number }));
  gc();
  const lives = process.memoryUsage().heapUsed;
  const recent = new Array(150_000);
  let peak = 0;
  for (let number = 0; number < 2_000_000; number++) {
    recent[number % recent.length] = { number, more: [number, number, number] };
    if (number % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  console.log(live.length && peak / lives);
`;

function highest(how: "lean" | "plain"): number {
  // How far V8 lets a heap grow depends on how large it may become.
  const flags = ["--expose-gc", "--max-old-space-size=4096", "--input-type=module", "-e", script, how];
  return Number(execFileSync(process.execPath, flags, { encoding: "utf8" }));
}

it("keepHeapLean has V8 look for garbage much earlier", () => {
  expect(highest("lean")).toBeLessThan(0.75 * highest("plain"));
});
