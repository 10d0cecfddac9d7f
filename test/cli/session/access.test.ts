import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accessFor } from "../../../controller/cli/session/access.ts";
import { capturedIo } from "../../support/captured-io.ts";
import { directoryOfFile } from "../../support/temporary-directory.ts";

const home = directoryOfFile();
const kubeconfig = join(home, "config.json");
writeFileSync(
  kubeconfig,
  JSON.stringify({
    "current-context": "lab",
    clusters: [
      { name: "lab", cluster: { server: "https://lab:1/" } },
      { name: "attic", cluster: { server: "https://attic:2" } },
    ],
    users: [
      { name: "eve", user: { token: "t0", as: "root", "as-groups": ["g"] } },
      { name: "bob", user: { username: "bob", password: "pw" } },
    ],
    contexts: [{ name: "lab", context: { cluster: "lab", user: "eve", namespace: "shed" } }],
  }),
);
const io = capturedIo();

describe("accessFor", () => {
  it("takes what the kubeconfig says", async () => {
    expect(await accessFor({ kubeconfig }, io)).toEqual({
      server: "https://lab:1",
      token: "t0",
      impersonate: { user: "root", groups: ["g"] },
      namespace: "shed",
      context: "lab",
    });
  });

  it("lets what was typed count more", async () => {
    const typed = { kubeconfig, cluster: "attic", user: "bob", as: "amy", asGroup: ["h", "i"], asUid: "7" };
    expect(await accessFor(typed, io)).toMatchObject({
      server: "https://attic:2",
      basic: { username: "bob", password: "pw" },
      impersonate: { user: "amy", groups: ["h", "i"], uid: "7" },
    });
    const server = { kubeconfig, server: "other:3", token: "t1", insecureSkipTlsVerify: true };
    const access = await accessFor(server, io);
    expect(access).toMatchObject({ server: "https://other:3", token: "t1", insecureSkipTlsVerify: true });
    const named = await accessFor({ kubeconfig, ...{ user: "bob" }, token: "t1" }, io);
    expect(named).not.toHaveProperty("basic");
  });

  it("needs no kubeconfig where the server is named", async () => {
    const nowhere = { kubeconfig: join(home, "none"), server: "http://127.0.0.1:8001" };
    expect(await accessFor(nowhere, io)).toMatchObject({ server: "http://127.0.0.1:8001", namespace: "default" });
    await expect(accessFor({ kubeconfig: join(home, "none") }, io)).rejects.toMatchObject({ code: "SPORE_USAGE" });
  });

  it.each([
    [{ asGroup: ["g"] }, /without a user/],
    [{ clientKey: kubeconfig }, /belong together/],
    [{ certificateAuthority: "/nowhere.pem" }, /cannot be read/],
    [{ server: "::" }, /no address/],
    [{ cluster: "moon" }, /no cluster "moon"/],
  ])("refuses %j", async (typed, why) => {
    const thrown = accessFor({ kubeconfig, ...typed }, io);
    await expect(thrown).rejects.toMatchObject({ code: "SPORE_USAGE", message: expect.stringMatching(why) });
  });
});
