import { expect, it } from "vitest";
import { logText } from "../../controller/base/log-text.ts";

it("logText writes a line that a person reads", () => {
  const line = JSON.stringify({
    level: 30,
    time: 0,
    pid: 1,
    hostname: "pi",
    ready: true,
    api: "https://x",
    nodes: 3,
    msg: "spored is ready",
  });
  expect(logText(`${line}\n`)).toMatch(/^\d\d:\d\d:\d\d INFO {2}spored is ready {2}api=https:\/\/x {2}nodes=3\n$/);
});

it.each(["no json\n", "3\n", "\n"])("logText leaves %j as it is", (line) => {
  expect(logText(line)).toBe(line);
});

it("logText lets no field write lines of its own, or to the terminal", () => {
  const hostile = "bad.yaml\n12:00:00 INFO  all is well\u001b[2J\u009b2J";
  const line = logText(JSON.stringify({ level: 50, time: 0, msg: hostile, file: hostile, err: { message: hostile } }));
  expect(line).toMatch(/^[^\n]*\n$/);
  expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
});
