import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { artifactsBehindClusterPath } from "../../controller/api/artifact-paths.ts";
import { Firmware } from "../../controller/api/firmware.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import type { Transport } from "../../controller/api/transport.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import { httpsTransport } from "../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { startFleet } from "../../controller/simulator/spore/fleet.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventually } from "../reconcilers/control-plane.ts";
import { Asker } from "../support/api-server.ts";
import { program } from "../support/built-programs.ts";
import { ownBase, ownUdpPort } from "../support/own-network.ts";
import { referenceKubeconfig } from "../support/reference-server.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import { run } from "./plane.ts";
import { never } from "./simulated.ts";
import { SporedOn } from "./spored-on.ts";

const nodes = 6;
const manifests = fileURLToPath(new URL("../../manifests/kubernetes", import.meta.url));
const labels = { matchLabels: { "spore.dev/family": "spore" } };

it.skipIf(referenceKubeconfig === undefined)(
  "on a Kubernetes cluster, with the rights of the manifests and no others, a fleet converges (needs a kube-apiserver)",
  async () => {
    const admin = referenceKubeconfig ?? "";
    const directory = directoryOfTest();
    const connection = httpsTransport(await readKubeconfig([admin]), systemClock);
    onTestFinished(() => connection[Symbol.asyncDispose]());
    const client = apiClient(connection.transport, { clock: systemClock, userAgent: "test/1" });
    const apply = ["../../crds", "namespace.yaml", "service-account.yaml", "roles.yaml", "bindings.yaml"];
    for (const path of apply) {
      const words = ["apply", "--server-side", "--force-conflicts", "-f", join(manifests, path)];
      expect(await run(program("cli/main.js"), words, { SPORE_KUBECONFIG: admin })).toMatchObject({ code: 0 });
    }
    const own = await kubeconfigOf(connection.transport, admin, directory);

    const [udpPort, base] = [await ownUdpPort(), await ownBase()];
    const fleet = await startFleet({ count: nodes, base, httpPort: 0, udpPort });
    onTestFinished(() => fleet.stop());
    const hearsAt = base.replace(/1$/, "200");
    const flags = ["--auto-adopt", "default", "--namespace", "spore-system"];
    await using spored = await SporedOn.start({ kubeconfig: own, udpPort, hearsAt, flags });
    await spored.said("this process leads");
    const { api, health } = JSON.parse(await spored.said('"ready":true'));

    const image = simulatedImage({ name: "lab", version: "9.9.9" });
    const sha256 = createHash("sha256").update(image).digest("hex");
    const direct = httpsTransport(
      { ...(await readKubeconfig([own])), server: api, insecureSkipTlsVerify: true },
      systemClock,
    );
    onTestFinished(() => direct[Symbol.asyncDispose]());
    const put = await new Asker(direct.transport).send("PUT", `${artifactsBehindClusterPath}/${sha256}`, {
      body: image,
    });
    expect(put.status).toBe(403); // spored itself has no business uploading
    await grantUploads(connection.transport);
    await expect
      .poll(
        async () =>
          (await new Asker(direct.transport).send("PUT", `${artifactsBehindClusterPath}/${sha256}`, { body: image }))
            .status,
        { timeout: 20_000 },
      )
      .toBe(201);

    const metadata = { name: "lab-9.9.9", namespace: "default" };
    const artifacts = [{ path: "lab.bin", role: "image", size: image.length, sha256 }] as const;
    const spec = { family: "spore", platform: "esp8266", version: "9.9.9", artifacts } as const;
    const group = { metadata: { name: "lab-9", namespace: "default" } };
    onTestFinished(async () => {
      await client.delete(Firmware, metadata, { signal: never }).catch(() => {}); // not made, perhaps
      const { items } = await client.list(Node, {}, never);
      for (const { metadata } of items) await client.delete(Node, metadata, { signal: never });
    });
    await client.create(Firmware, { metadata, spec }, { signal: never });
    const template = { firmware: { name: metadata.name }, config: [{ values: { site: "cluster" } }] };
    const wanted = {
      selector: labels,
      adoption: "Automatic",
      minReadySeconds: 0,
      strategy: { maxUnavailable: 3 },
      template,
    };
    await client.create(NodeGroup, { ...group, spec: JSON.parse(JSON.stringify(wanted)) }, { signal: never });
    const isDone = (one: NodeGroup | undefined) =>
      one?.status?.readyNodes === nodes && one.status.updatedNodes === nodes;
    await eventually(client, NodeGroup, "lab-9", isDone, 90_000);
    const figures = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text();
    expect(figures).toContain("rest_client_requests_total");
    expect(
      figures.split("\n").filter((line) => line.startsWith("rest_client_requests_total") && line.includes('"403"')),
    ).toEqual([]);
    await client.delete(NodeGroup, group.metadata, { signal: never });
    await eventually(client, NodeGroup, "lab-9", (one) => one === undefined);
    expect(await spored.stop()).toBe(0);
  },
  300_000,
);

/** A kubeconfig of the account that the pod has. */
async function kubeconfigOf(transport: Transport, admin: string, directory: string): Promise<string> {
  const path = "/api/v1/namespaces/spore-system/serviceaccounts/spored/token";
  const answer = await new Asker(transport).post(path, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 3600 },
  });
  const { server, ca, insecureSkipTlsVerify } = await readKubeconfig([admin]);
  const cluster = {
    server,
    ...(ca !== undefined && { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
    ...(insecureSkipTlsVerify === true && { "insecure-skip-tls-verify": true }),
  };
  const file = join(directory, "spored.kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "k", cluster }],
    users: [{ name: "k", user: { token: answer.json.status.token } }],
    contexts: [{ name: "k", context: { cluster: "k", user: "k", namespace: "spore-system" } }],
    "current-context": "k",
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  expect(readFileSync(file, "utf8")).toContain("token");
  return file;
}

/** Lets that account upload images, for this test only: whoever else does is a person. */
async function grantUploads(transport: Transport): Promise<void> {
  const ask = new Asker(transport);
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const metadata = { name: "spore-test-uploads" };
  onTestFinished(async () => {
    await ask.delete(`${rbac}/clusterrolebindings/${metadata.name}`);
    await ask.delete(`${rbac}/clusterroles/${metadata.name}`);
  });
  const rules = [{ apiGroups: ["live.spore.dev"], resources: ["artifacts"], verbs: ["update"] }];
  await ask.post(`${rbac}/clusterroles`, { metadata, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: metadata.name };
  const subjects = [{ kind: "ServiceAccount", name: "spored", namespace: "spore-system" }];
  await ask.post(`${rbac}/clusterrolebindings`, { metadata, roleRef, subjects });
}
