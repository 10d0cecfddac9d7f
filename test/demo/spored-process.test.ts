import { describe, expect, it } from "vitest";
import { endError } from "../../controller/demo/spored-process.ts";

describe("endError", () => {
  it("hands on what spored said to a person, and says where its flags go", () => {
    const { message, details } = endError("with code 1", [
      '{"level":30,"msg":"started"}',
      "error: TCP port 7443 of 127.0.0.1 is taken by node (process 7)",
      "hint: choose another port with --api-port",
    ]);
    expect(message).toContain("spored does not start: TCP port 7443 of 127.0.0.1 is taken by node (process 7)");
    expect(message).not.toContain("level");
    expect(details.hint).toBe("choose another port with --api-port; `npm start -- FLAGS` takes the same flags");
  });

  it("keeps further lines of the error", () => {
    expect(endError("with code 1", ["error: two things are wrong:", "this", "and that"]).message).toContain(
      "two things are wrong:\nthis\nand that",
    );
  });

  it("shows the last lines of a process that said nothing to a person", () => {
    expect(endError("by SIGKILL", ['{"msg":"a"}', '{"msg":"b"}']).message).toContain(
      'spored ended by SIGKILL:\n{"msg":"a"}\n{"msg":"b"}',
    );
    expect(endError("by SIGSEGV", ['{"msg":"a"}', "FATAL ERROR: heap"]).message).toContain(
      "spored ended by SIGSEGV:\nFATAL ERROR: heap",
    );
  });
});
