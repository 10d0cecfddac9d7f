import { expect, it } from "vitest";
import type { Method } from "../../controller/api/transport.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { systemClock } from "../../controller/base/clock.ts";
import type { JsonObject, JsonValue } from "../../controller/base/json.ts";
import { defineMember } from "../../controller/base/json.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { Asker, admin, configMap, groupManifest, nodeManifest, testServer, urls } from "../support/api-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const requests = 4000;
const random = seededRandom(20261120);

function pick<T>(choices: readonly T[]): T {
  const chosen = choices[randomInteger(random, 0, choices.length - 1)];
  if (chosen === undefined) throw new RangeError("nothing to pick from");
  return chosen;
}

function several<T>(max: number, make: () => T): readonly T[] {
  return Array.from({ length: randomInteger(random, 0, max) }, make);
}

const collections = [
  ...[urls.nodes, urls.groups, urls.firmwares, urls.revisions, urls.liveNodes, urls.namespaces, urls.configMaps],
  ...[urls.secrets, urls.events, "/api/v1/configmaps", "/apis/events.k8s.io/v1/namespaces/default/events"],
  ...[
    "/apis/coordination.k8s.io/v1/namespaces/default/leases",
    "/artifacts/sha256",
    "/openapi/v3",
    "/apis",
    "/healthz",
  ],
];
const names = ["a", "b", "default", "é", "..", "a/b", "\0", "x".repeat(260), "A", "%", "status"] as const;
const long = "x".repeat(5000);
const tokens = [
  { rv: -1, after: long },
  { rv: 1, after: "\ud800/../" },
  { rv: 1e300, after: "" },
  { rv: 2, after: "a" },
];
/** By query parameter. */
const words: readonly (readonly [string, readonly string[]])[] = [
  ["labelSelector", ["a=b,c", "a in (b,", "!x", "a notin ()", "x>1", long]],
  ["fieldSelector", ["metadata.name=a", "spec.family=spore", "a=b=c", `metadata.name=${long}`, "metadata.name=\0"]],
  ["limit", ["0", "1", "-1", "99999999999999999999"]],
  ["continue", [...tokens.map((token) => Buffer.from(JSON.stringify(token)).toString("base64url")), "e30", "\0"]],
  ["resourceVersion", ["0", "1", "-1", "01", "99999999999999999999", "a"]],
  ["resourceVersionMatch", ["Exact", "NotOlderThan", "a"]],
  ["dryRun", ["All", "a"]],
  ["fieldManager", ["a", "\0", long]],
  ["fieldValidation", ["Strict", "Ignore", "a"]],
  ["propagationPolicy", ["Orphan", "Foreground", "a"]],
  ["includeObject", ["None", "a"]],
];
const scalars = [null, true, 0, -1, 1.5, 2 ** 40, "", "a", "spore", "\ud800é", "True", "2026-01-01T00:00:00Z"] as const;
const fields = [
  ...["metadata", "spec", "status", "name", "labels", "annotations", "finalizers", "ownerReferences", "data"],
  ...["stringData", "selector", "matchLabels", "template", "config", "values", "family", "conditions", "type"],
  ...["$patch", "$retainKeys", "$setElementOrder/finalizers", "constructor", "deletionTimestamp", "a"],
] as const;
const pointers = [
  "",
  "/metadata",
  "/metadata/labels",
  "/metadata/finalizers/-",
  "/spec",
  "/data/a",
  "/status",
] as const;

function someValue(depth: number): JsonValue {
  if (depth === 0 || random() < 0.4) return pick(scalars);
  if (random() < 0.4) return several(3, () => someValue(depth - 1));
  return someObject(depth - 1);
}

function someObject(depth: number): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (const field of several(4, () => pick(fields))) defineMember(object, field, someValue(depth));
  return object;
}

/** A good manifest in which one part, at some depth, is something else. */
function spoiled(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || random() < 0.2) return someValue(3);
  const keys = Object.keys(value);
  const chosen = keys[randomInteger(random, 0, Math.max(0, keys.length - 1))];
  const members = Object.entries(value).map(([key, inner]) => [key, key === chosen ? spoiled(inner) : inner] as const);
  return Array.isArray(value) ? members.map(([, inner]) => inner) : Object.fromEntries(members);
}

const manifests: readonly JsonValue[] = [
  nodeManifest("a", { address: "1.2.3.4" }, { labels: { a: "b" }, finalizers: ["x/y"] }),
  { ...configMap("a"), data: { a: "b" } },
  groupManifest("a", { template: { labels: { x: "y" }, config: [{ values: { a: 1 } }] } }),
] as const;
const operations = ["add", "remove", "replace", "move", "copy", "test"] as const;
const patchTypes = ["merge-patch+json", "json-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"] as const;

function someBody(type: string): JsonValue {
  if (type === "json-patch+json")
    return several(5, () => ({
      op: pick(operations),
      path: pick(pointers),
      from: pick(pointers),
      value: someValue(3),
    }));
  return random() < 0.7 ? spoiled(pick(manifests)) : someValue(5);
}

function someRequest() {
  const method = pick<Method>(["GET", "POST", "PUT", "PATCH", "DELETE"]);
  const isOne = method === "PUT" || method === "PATCH" || random() < 0.4;
  const path = `${pick(collections)}${isOne ? `/${encodeURIComponent(random() < 0.6 ? "a" : pick(names))}` : ""}`;
  const query = new URLSearchParams();
  for (const [parameter, values] of several(2, () => pick(words))) query.append(parameter, pick(values));
  const type = method === "PATCH" ? pick(patchTypes) : "json";
  const body = method === "GET" ? {} : { body: someBody(type) };
  return { method, url: `${path}?${query}`, ask: { headers: { "content-type": `application/${type}` }, ...body } };
}

it(`a server answers ${requests} requests at random, and none with an error of its own`, async () => {
  await using directory = await temporaryDirectory();
  await using store = await openLmdbStore({ directory: directory.path, clock: systemClock, log: silentLogger });
  await using server = await testServer({ store });
  const ask = new Asker(inProcessTransport(server, admin));
  for (const [index, url] of [urls.nodes, urls.configMaps, urls.groups].entries())
    await ask.post(url, manifests[index]);
  const statuses = new Set<number>();
  for (let count = 0; count < requests; count++) {
    const { method, url, ask: parts } = someRequest();
    const { status, text } = await ask.send(method, url, parts);
    expect(status, `${method} ${url} ${JSON.stringify(parts)}: ${text}`).toBeLessThan(500);
    statuses.add(status);
  }
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400, 404, 405, 415, 422]));
  expect((await ask.get("/readyz")).text).toBe("ok");
});
