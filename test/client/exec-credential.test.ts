import { execPath } from "node:process";
import { describe, expect, it } from "vitest";
import { execCredential } from "../../controller/client/exec-credential.ts";

const apiVersion = "client.authentication.k8s.io/v1";

/** A plugin that runs a line of JavaScript. */
function plugin(line: string, rest: object = {}) {
  return { apiVersion, command: execPath, args: ["-e", line], ...rest };
}

describe("execCredential", () => {
  it("takes what the plugin prints, and tells it who asks", async () => {
    const line =
      "const i = JSON.parse(process.env.KUBERNETES_EXEC_INFO); console.log(JSON.stringify({ status: { token: i.kind + process.env.WHO } }))";
    const env = [{ name: "WHO", value: "!" }];
    expect(await execCredential(plugin(line, { env }), "user")).toEqual({ token: "ExecCredential!" });
    const pair = { clientCertificateData: "CERT", clientKeyData: "KEY" };
    const certificate = plugin(`console.log(JSON.stringify({ status: ${JSON.stringify(pair)} }))`);
    expect(await execCredential(certificate, "user")).toEqual({ clientCertificate: "CERT", clientKey: "KEY" });
  });

  it.each([
    ["fails", plugin("console.log('s3cret'); process.exit(4)"), /failed with 4$/],
    ["is not there", { apiVersion, command: "no-such-plugin-of-mine" }, /is not installed$/],
    ["prints no JSON", plugin("console.log('s3cret')"), /did not print an ExecCredential/],
    ["prints no status", plugin("console.log('{}')"), /without a status$/],
    ["hands out nothing", plugin("console.log('{\"status\":{}}')"), /neither a token nor a certificate/],
    ["must ask", plugin("", { interactiveMode: "Always" }), /on a terminal/],
    ["is not named", { apiVersion }, /needs command/],
  ])("refuses a plugin that %s, and repeats nothing that it printed", async (_, exec, why) => {
    const thrown = execCredential(exec, "user");
    await expect(thrown).rejects.toMatchObject({ code: "SPORE_USAGE", message: expect.stringMatching(why) });
    await expect(thrown).rejects.not.toMatchObject({ message: expect.stringContaining("s3cret") });
  });
});
