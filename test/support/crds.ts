import { pathOf } from "../../controller/api/kind.ts";
import { CustomResourceDefinition } from "../../controller/schema/custom-resource-definition.ts";
import type { Answer, Asker } from "./api-server.ts";

/** Where CRDs are. */
export const crdsUrl = pathOf(CustomResourceDefinition);
/** Where the objects of `jobCrd` are. */
export const jobsUrl = "/apis/ex.dev/v1/namespaces/default/jobs";

const text = { type: "string" };
const specSchema = { type: "object", properties: { image: text, replicas: { type: "integer" } } };
const statusSchema = { type: "object", properties: { phase: text, replicas: { type: "integer" }, selector: text } };

export const jobVersion = {
  name: "v1",
  served: true,
  storage: true,
  subresources: { status: {} },
  schema: { openAPIV3Schema: { type: "object", properties: { spec: specSchema, status: statusSchema } } },
};

/** A user's CRD: jobs of `ex.dev`. */
export function jobCrd(spec: object = {}, name = "jobs.ex.dev") {
  const names = { plural: "jobs", kind: "Job", shortNames: ["jb"], categories: ["all"] };
  const whole = { group: "ex.dev", scope: "Namespaced", names, versions: [jobVersion], ...spec };
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name }, spec: whole };
}

export function job(name: string, spec: object = { image: "a" }, metadata: object = {}) {
  return { apiVersion: "ex.dev/v1", kind: "Job", metadata: { name, ...metadata }, spec };
}

/** Watches a CRD until it looks as wanted; the server acts on CRDs in its own time. */
export async function crdWhen(
  api: Asker,
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind
  isWanted: (crd: any) => boolean,
): Promise<Answer["json"]> {
  await using watch = await api.watch(`${crdsUrl}?watch=1&fieldSelector=metadata.name%3D${name}`);
  for (;;) {
    const event = await watch.next();
    if (event === undefined) throw new TypeError(`the watch of ${name} ended`);
    if (isWanted(event.type === "DELETED" ? undefined : event.object)) return event.object;
  }
}

/** The status of a condition; undefined where there is none. */
export function statusOf(crd: Answer["json"], type: string): string | undefined {
  return crd?.status?.conditions?.find((condition: { readonly type: string }) => condition.type === type)?.status;
}

/** Creates a CRD and waits until its kind is served. */
export async function establish(api: Asker, crd: ReturnType<typeof jobCrd>): Promise<void> {
  const created = await api.post(crdsUrl, crd);
  if (created.status !== 201) throw new TypeError(created.text);
  await crdWhen(api, crd.metadata.name, (found) => statusOf(found, "Established") === "True");
}
