import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { requireAddresses } from "../../controller/demo/loopback-addresses.ts";

/** Reserved for documentation (RFC 5737): machines do not have them. */
const absent = ["198.51.100.1", "203.0.113.2"];

describe("requireAddresses", () => {
  it("is content with addresses that are there", async () => {
    await expect(requireAddresses(["127.0.0.1"])).resolves.toBeUndefined();
  });

  it("names the one command that adds what is missing", async () => {
    const asked = requireAddresses(["127.0.0.1", ...absent]);
    await expect(asked).rejects.toSatisfy((error) => isSporeError(error, "SPORE_USAGE"));
    await expect(asked).rejects.toMatchObject({
      message: expect.stringContaining("198.51.100.1 and 1 more"),
      details: { hint: "for a in 198.51.100.1 203.0.113.2; do sudo ifconfig lo0 alias $a; done" },
    });
  });
});
