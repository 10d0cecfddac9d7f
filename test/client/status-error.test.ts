import { describe, expect, it } from "vitest";
import { responseError } from "../../controller/client/status-error.ts";

async function* nothing(): AsyncIterable<Uint8Array> {}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return responseError({ status, headers, body: nothing() }, text, "GET /x");
}

const failure = { kind: "Status", apiVersion: "v1", status: "Failure" };

describe("responseError", () => {
  it("tells reasons apart that share an HTTP status", () => {
    expect(answer(409, { ...failure, reason: "AlreadyExists" }).code).toBe("SPORE_ALREADY_EXISTS");
    expect(answer(409, { ...failure, reason: "Conflict" }).code).toBe("SPORE_CONFLICT");
    expect(answer(410, { ...failure, reason: "Gone" }).code).toBe("SPORE_EXPIRED");
    expect(answer(410, { ...failure, reason: "Expired" }).code).toBe("SPORE_EXPIRED");
  });

  it("keeps message and details", () => {
    const causes = [{ reason: "FieldValueRequired", message: "Required value", field: "spec.family" }];
    const details = { name: "bad", group: "spore.dev", kind: "Node", causes };
    const error = answer(422, { ...failure, reason: "Invalid", message: 'Node "bad" is invalid', details });
    expect(error).toMatchObject({ code: "SPORE_INVALID", message: 'Node "bad" is invalid', details });
  });

  it("reads Retry-After, and prefers what the Status says", () => {
    const header = { "retry-after": "3" };
    expect(answer(429, { ...failure, reason: "TooManyRequests" }, header).details.retryAfterSeconds).toBe(3);
    const details = { retryAfterSeconds: 7 };
    expect(answer(429, { ...failure, reason: "TooManyRequests", details }, header).details.retryAfterSeconds).toBe(7);
    expect(
      answer(503, "", { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" }).details.retryAfterSeconds,
    ).toBeUndefined();
  });

  it.each([
    [400, "SPORE_BAD_REQUEST"],
    [401, "SPORE_UNAUTHORIZED"],
    [403, "SPORE_FORBIDDEN"],
    [404, "SPORE_NOT_FOUND"],
    [418, "SPORE_BAD_REQUEST"],
    [500, "SPORE_INTERNAL"],
    [502, "SPORE_UNAVAILABLE"],
    [504, "SPORE_TIMEOUT"],
  ])("goes by the status %i of an answer that is no Status", (status, code) => {
    const error = answer(status, "<html>bad gateway</html>");
    expect(error.code).toBe(code);
    expect(error.message).toContain("bad gateway");
    expect(error.details.hint).toContain("Kubernetes API");
  });

  it("shows a part of a long page only", () => {
    expect(answer(502, "x".repeat(10_000)).message.length).toBeLessThan(300);
  });
});
