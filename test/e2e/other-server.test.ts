import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { controllerRules, remoteNamespaceRules, remoteRules } from "../../controller/api/controller-rules.ts";
import { Event, Lease } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import { writeAdminKubeconfig } from "../../controller/apiserver/admin-kubeconfig.ts";
import { UserDirectory } from "../../controller/apiserver/authn/user-directory.ts";
import { controllersGroup } from "../../controller/apiserver/user.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { startFleet } from "../../controller/simulator/spore/fleet.ts";
import { eventually } from "../reconcilers/control-plane.ts";
import { hasTool } from "../support/machine-tools.ts";
import { ownBase, ownUdpPort } from "../support/own-network.ts";
import { BoardRollouts } from "./board-rollouts.ts";
import { type Plane, startPlane } from "./plane.ts";
import { groupConverged, never, push, wantFirmware } from "./simulated.ts";
import { SporedOn } from "./spored-on.ts";
import { rightsOf, usedRights } from "./used-rights.ts";

const nodes = 6;
const boards = hasTool("compiler") ? 2 : 0;
const simulated = { matchLabels: { "spore.dev/platform": "esp8266" } };
/** What the controllers may do and did not here, and when they do. */
const needOtherOccasions = [
  "create endpointslices.discovery.k8s.io", // with --advertise-address
  "create subjectaccessreviews.authorization.k8s.io", // when somebody asks the process itself
  "create tokenreviews.authentication.k8s.io", // likewise
  "delete nodegrouprevisions.spore.dev", // beyond revisionHistoryLimit
  "delete nodes.spore.dev", // unowned and silent for a day
  "get apiservices.apiregistration.k8s.io", // with --advertise-address
  "get artifacts.live.spore.dev", // where the API server does not keep the images itself
  "get endpointslices.discovery.k8s.io", // with --advertise-address
  "get firmwares.spore.dev", // after a conflict
  "get nodegrouprevisions.spore.dev", // when another replica made it first
  "get nodegroups.spore.dev", // after a conflict
  "get nodes.spore.dev", // likewise
  "get secrets", // when another replica made it first
  "patch events", // when the same happens again
  "patch apiservices.apiregistration.k8s.io", // with --advertise-address
  "update endpointslices.discovery.k8s.io", // likewise
  "update nodegrouprevisions.spore.dev/finalizers", // asked for by an admission plugin of some clusters
  "update nodegroups.spore.dev/finalizers", // likewise
];
const lease = { namespace: "default", name: "spored" };

/** A `spored` that serves the API and leaves the controllers to others, and a kubeconfig with the rights of controllers, and no more. */
async function startServer(udpPort: number): Promise<{ readonly plane: Plane; readonly kubeconfig: string }> {
  const plane = await startPlane({ udpPort, flags: ["--components", "apiserver", "--log-level", "debug"] });
  await plane.stop();
  const users = await UserDirectory.open(join(plane.dataDir, "tokens.json"), systemClock, silentLogger);
  const token = await users.addToken("fleet", [controllersGroup]);
  await plane.start();
  const { ca = "" } = await readKubeconfig([plane.kubeconfig]);
  const kubeconfig = join(plane.dataDir, "fleet.kubeconfig");
  await writeAdminKubeconfig(kubeconfig, { server: plane.api, authority: ca, token });
  return { plane, kubeconfig };
}

it("a spored on another's API server converges a fleet, and when it dies its stand-in takes over", async () => {
  const [udpPort, base] = [await ownUdpPort(), await ownBase()];
  const fleet = await startFleet({ count: nodes, base, httpPort: 0, udpPort });
  onTestFinished(() => fleet.stop());
  const { plane, kubeconfig } = await startServer(udpPort);
  await using _plane = plane;
  const quick = ["--leader-elect-lease-duration=3s", "--leader-elect-renew-deadline=2s"];
  const flags = [...quick, "--leader-elect-retry-period=200ms", "--auto-adopt", "default", "--namespace", "default"];
  const hearsAt = async () => (await ownBase()).replace(/1$/, "200");
  await using first = await SporedOn.start({ kubeconfig, udpPort, hearsAt: await hearsAt(), flags });
  await first.said("this process leads");
  await using second = await SporedOn.start({ kubeconfig, udpPort, hearsAt: await hearsAt(), flags });

  const old = await push(plane, { name: "lab", version: "1.0.0" });
  await using rollouts = await BoardRollouts.start(plane, boards);
  const config = [{ values: { site: "bench-1" } }];
  const like = { selector: simulated, strategy: { maxUnavailable: 4 } };
  await wantFirmware(plane, old, { ...like, template: { firmware: { name: old }, config } });
  await rollouts.begin(0);
  await groupConverged(plane, "lab", nodes, 45);
  await rollouts.expectDone();
  const { items } = await plane.client.list(Node, {}, never);
  expect(items.length).toBe(nodes + boards);
  const holder = (await plane.client.get(Lease, lease, never))?.spec?.holderIdentity ?? "";
  expect(await first.said("this process leads")).toContain(holder);
  expect(second.log.join("\n")).not.toContain("this process leads");

  const newer = await push(plane, { name: "lab", version: "1.1.0" });
  await wantFirmware(plane, newer, { ...like, template: { firmware: { name: newer }, config } });
  await rollouts.begin(1);
  await eventually(plane.client, Node, items[0]?.metadata.name ?? "", (node) => node?.status?.operation !== undefined);
  await first.kill();
  await second.said("this process leads");
  await groupConverged(plane, "lab", nodes, 45);
  await rollouts.expectDone();
  const transitions = (await plane.client.get(Lease, lease, never))?.spec?.leaseTransitions;
  expect(transitions).toBe(1);
  const events = (await plane.client.list(Event, { namespace: "default" }, never)).items;
  const elections = events.filter(({ reason }) => reason === "LeaderElection").map(({ message = "" }) => message);
  expect(elections.map((message) => message.replace(/^\S+ /, ""))).toEqual(["became leader", "became leader"]);
  expect(await second.stop()).toBe(0);
  const { used, refused } = usedRights(plane.log, "fleet");
  expect([...refused]).toEqual([]);
  const given = rightsOf([...controllerRules, ...remoteRules, ...remoteNamespaceRules]);
  expect([...used].filter((right) => !given.has(right))).toEqual([]);
  const unused = [...given].filter((right) => !used.has(right));
  expect(unused.filter((right) => !needOtherOccasions.includes(right))).toEqual([]);
  expect((await plane.client.get(Lease, lease, never))?.spec?.holderIdentity).toBe("");
}, 180_000);
