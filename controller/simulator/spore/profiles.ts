import { layout1m64FsStart } from "./simulated-image.ts";

/** Names of `profiles`. */
export type ProfileName = "spore" | "upstream-g1" | "upstream-g2" | "upstream-g3";

/**
 * What a board's firmware speaks. The upstream ones hold only what the first READMEs and published copies of the upstream
 * repositories state; they answer 404 where those say nothing, and never say what only our firmware says.
 */
export interface Profile {
  readonly name: ProfileName;
  /** Everything `firmware/spore/README.md` adds, admission control, and safe mode. */
  readonly ours: boolean;
  /** Broadcasts `CLUSTER_DISCOVERY`, and answers it in this form. */
  readonly discovery?: "hostname" | "hostname-and-address";
  readonly heartbeatMs?: number;
  /** What answers a heartbeat. */
  readonly heartbeatAnswer?: "CLUSTER_NODE_INFO" | "NODE_UPDATE";
  /** Interval of broadcast `NODE_UPDATE`s. */
  readonly updateMs?: number;
  /** Whether cluster events and RAW frames are understood. */
  readonly events: boolean;
  /** Whether updates and member lists carry labels. */
  readonly labels: boolean;
  /** Whether `/api/node/status` lists the endpoints. */
  readonly statusListsApi: boolean;
  /** `METHOD URI`. */
  readonly endpoints: readonly string[];
  /** Flash address of the file system. */
  readonly fsStart: number;
}

const seedEndpoints = [
  "GET /api/node/status",
  "POST /api/node/update",
  "POST /api/node/restart",
  "GET /api/cluster/members",
  "GET /api/tasks/status",
  "POST /api/tasks/control",
];

const networkEndpoints = [
  "GET /api/node/endpoints",
  "GET /api/network/status",
  "GET /api/network/wifi/scan",
  "POST /api/network/wifi/scan",
  "POST /api/network/wifi/config",
];

/** PlatformIO's preset for this board is the layout 1m256. */
const layout1m256FsStart = 0xbb000;

/** August to mid September 2025: discovery and responses only. */
const upstreamG1: Profile = {
  name: "upstream-g1",
  ours: false,
  discovery: "hostname-and-address",
  events: false,
  labels: false,
  statusListsApi: true,
  endpoints: [...seedEndpoints, "GET /api/node/capabilities"],
  fsStart: layout1m256FsStart,
};

/** 24 September 2025: heartbeats, answered by node information. */
const upstreamG2: Profile = {
  ...upstreamG1,
  name: "upstream-g2",
  discovery: "hostname",
  heartbeatMs: 5000,
  heartbeatAnswer: "CLUSTER_NODE_INFO",
  labels: true,
  endpoints: [...seedEndpoints, ...networkEndpoints],
};

/** From 19 October 2025: heartbeats and node updates, no discovery any more. */
const { discovery: _dropped, ...upstreamG3Base } = upstreamG2;
const upstreamG3: Profile = {
  ...upstreamG3Base,
  name: "upstream-g3",
  heartbeatAnswer: "NODE_UPDATE",
  updateMs: 5000,
  events: true,
  statusListsApi: false,
  endpoints: [...upstreamG2.endpoints, "GET /api/monitoring/resources", "GET /ws"],
};

/** Our firmware with the application `lab-sensor`. */
const spore: Profile = {
  name: "spore",
  ours: true,
  discovery: "hostname",
  heartbeatMs: 2000,
  heartbeatAnswer: "NODE_UPDATE",
  updateMs: 5000,
  events: true,
  labels: true,
  statusListsApi: true,
  endpoints: [
    ...upstreamG3.endpoints,
    "GET /api/node/capabilities",
    "GET /api/node/config",
    "POST /api/node/config",
    "POST /api/node/event",
    "POST /api/cluster/event",
  ],
  fsStart: layout1m64FsStart,
};

/** What boards there are. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  spore,
  "upstream-g1": upstreamG1,
  "upstream-g2": upstreamG2,
  "upstream-g3": upstreamG3,
};
