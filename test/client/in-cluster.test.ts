import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inClusterAccess } from "../../controller/client/in-cluster.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What Kubernetes mounts into a pod. */
async function pod() {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries({ token: "t0ken\n", "ca.crt": "CA PEM\n", namespace: "spore-system" }))
    await writeFile(join(directory.path, name), text);
  return directory;
}

describe("inClusterAccess", () => {
  it("reaches the API server as the pod's service account", async () => {
    await using directory = await pod();
    const environment = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "6443" };
    expect(await inClusterAccess(environment, directory.path)).toEqual({
      server: "https://10.0.0.1:6443",
      ca: "CA PEM\n",
      token: "t0ken",
      tokenFile: join(directory.path, "token"),
      namespace: "spore-system",
      context: "in-cluster",
    });
    const version6 = await inClusterAccess({ KUBERNETES_SERVICE_HOST: "fd00::1" }, directory.path);
    expect(version6.server).toBe("https://[fd00::1]:443");
  });

  it("says what is missing", async () => {
    await using directory = await pod();
    await rm(join(directory.path, "token"));
    const nowhere = inClusterAccess({}, directory.path);
    await expect(nowhere).rejects.toMatchObject({
      code: "SPORE_USAGE",
      message: expect.stringContaining("KUBERNETES_SERVICE_HOST is not set"),
    });
    const unmounted = inClusterAccess({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, directory.path);
    await expect(unmounted).rejects.toMatchObject({
      code: "SPORE_USAGE",
      message: expect.stringContaining("token cannot be read"),
    });
  });
});
