import type { Method } from "../../../controller/api/transport.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import type { JsonObject } from "../../../controller/base/json.ts";
import { type HttpsTransport, httpsTransport } from "../../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../../controller/client/kubeconfig.ts";
import type { JsonSchemaProps } from "../../../controller/schema/schema.ts";
import { type CelCase, rootSchema, told } from "./cases.ts";

const group = "cel-cases.example.com";
const version = "v1";
const attemptsMax = 200;
const betweenMs = 50;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly message?: string;
    readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] };
    readonly metadata?: JsonObject;
  };
}

/** A kube-apiserver that answers the cases: each has a CRD and an object of its own. */
export class Oracle implements AsyncDisposable {
  readonly #server: HttpsTransport;
  readonly #slots = new Set<Promise<unknown>>();

  private constructor(server: HttpsTransport) {
    this.#server = server;
  }

  static async open(kubeconfig: string): Promise<Oracle> {
    return new Oracle(httpsTransport(await readKubeconfig([kubeconfig]), systemClock));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** What the server says of a case, as the cases have it. `plural` names its kind. */
  async ask(one: CelCase, plural: string): Promise<readonly string[]> {
    while (this.#slots.size >= 8) await Promise.race(this.#slots);
    const asked = this.#ask(one, plural);
    this.#slots.add(asked);
    return await asked.finally(() => this.#slots.delete(asked));
  }

  async #ask(one: CelCase, plural: string): Promise<readonly string[]> {
    const schema = rootSchema(one);
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const crdPath = `${path}/${plural}.${group}`;
    await this.#send("DELETE", crdPath);
    await this.#until(async () => (await this.#send("GET", crdPath)).status === 404);
    try {
      const strict = await this.#send("POST", path, crd(plural, guarded(schema)));
      if (strict.status !== 201) return told(strict.body.details?.causes ?? [{ message: strict.body.message ?? "" }]);
      if (one.object === undefined) return [];
      const objects = `/apis/${group}/${version}/${plural}`;
      if (one.old === undefined) {
        await this.#guardWorks(objects);
        return causesOf(await this.#send("POST", objects, objectOf(plural, one.object)));
      }
      // What the rules would refuse is stored before they are there.
      await this.#replaceCrd(crdPath, plural, withoutRules(schema));
      await this.#until(async () => {
        const { status } = await this.#send("POST", `${objects}?dryRun=All`, objectOf(plural, {}, "guard"));
        return status === 201;
      });
      let stored = await this.#send("POST", objects, objectOf(plural, one.old));
      await this.#until(async () => {
        if (stored.status !== 201) stored = await this.#send("POST", objects, objectOf(plural, one.old ?? {}));
        return stored.status === 201;
      });
      await this.#replaceCrd(crdPath, plural, guarded(schema));
      await this.#guardWorks(objects);
      const { resourceVersion = "" } = stored.body.metadata ?? {};
      const next = objectOf(plural, one.object);
      return causesOf(
        await this.#send("PUT", `${objects}/case`, { ...next, metadata: { name: "case", resourceVersion } }),
      );
    } finally {
      await this.#send("DELETE", crdPath);
    }
  }

  /** Waits until the rules are in force: the server takes a CRD up some time after it has stored it. */
  async #guardWorks(objects: string): Promise<void> {
    await this.#until(async () => {
      const { spec: _, ...rest } = objectOf(objects.slice(objects.lastIndexOf("/") + 1), {}, "guard");
      const { status, body: said } = await this.#send("POST", `${objects}?dryRun=All`, { ...rest, guard: "closed" });
      return status === 422 && JSON.stringify(said).includes("guard is closed");
    });
  }

  async #replaceCrd(path: string, plural: string, schema: JsonSchemaProps): Promise<void> {
    await this.#until(async () => {
      const { metadata = {} } = (await this.#send("GET", path)).body;
      const { name = "", resourceVersion = "" } = metadata;
      const next = { ...crd(plural, schema), metadata: { name, resourceVersion } };
      return (await this.#send("PUT", path, next)).status === 200;
    });
  }

  async #until(isSo: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, betweenMs));
    }
    throw new Error("the server did not come to it");
  }

  async #send(method: Method, target: string, value?: JsonObject): Promise<Answer> {
    const [path = "", query] = target.split("?");
    const response = await this.#server.transport({
      method,
      path,
      query: new URLSearchParams(query),
      headers: { accept: "application/json", ...(value && { "content-type": "application/json" }) },
      signal: AbortSignal.timeout(60_000),
      ...(value && { body: Buffer.from(JSON.stringify(value)) }),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body: Answer["body"] = text.startsWith("{") ? JSON.parse(text) : { message: text };
    return { status: response.status, body };
  }
}

function causesOf({ status, body }: Answer): readonly string[] {
  if (status === 200 || status === 201) return [];
  return told(body.details?.causes ?? [{ message: body.message ?? "" }]);
}

/** The schema with one rule more, whose effect can be waited for. */
function guarded(schema: JsonSchemaProps): JsonSchemaProps {
  const rule = { rule: "self != 'closed'", message: "the guard is closed" };
  const guard = { type: "string", maxLength: 10, "x-kubernetes-validations": [rule] } as const;
  return { ...schema, properties: { ...schema.properties, guard } };
}

function withoutRules(schema: JsonSchemaProps): JsonSchemaProps {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key === "x-kubernetes-validations" ? undefined : value)));
}

function objectOf(plural: string, spec: JsonObject, name = "case"): JsonObject {
  return { apiVersion: `${group}/${version}`, kind: kindOf(plural), metadata: { name }, spec };
}

function kindOf(plural: string): string {
  return plural.charAt(0).toUpperCase() + plural.slice(1);
}

function crd(plural: string, schema: JsonSchemaProps): JsonObject {
  const kind = kindOf(plural);
  const openAPIV3Schema: JsonObject = JSON.parse(JSON.stringify(schema));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { plural, kind, listKind: `${kind}List`, singular: plural },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
