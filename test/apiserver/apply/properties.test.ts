import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { servedKindsFromCrd } from "../../../controller/apiserver/extension/crd-kinds.ts";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { isJsonObject, type JsonValue } from "../../../controller/base/json.ts";
import { seededRandom } from "../../../controller/base/random.ts";
import { FieldSet } from "../../../controller/schema/structured-merge/field-set.ts";
import { fieldsOf } from "../../../controller/schema/structured-merge/fields-of.ts";
import { merged } from "../../../controller/schema/structured-merge/merge.ts";
import { resourceSchema } from "../../../controller/schema/structured-merge/topology.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { runCrd } from "../../support/apply-case.ts";
import { runConfigurations, runSteps } from "../../support/arbitrary-runs.ts";
import { isLongRun } from "../../support/long-run.ts";
import { sporeKinds } from "../../support/spore-kinds.ts";

const runs = { numRuns: isLongRun ? 5000 : 30 };
const url = "/apis/apply.example.org/v1/namespaces/default/runs/subject";
const schema = resourceSchema(runCrd().spec.versions[0].schema.openAPIV3Schema);
const server = await testServer({ kinds: [...sporeKinds, ...servedKindsFromCrd(runCrd(), () => undefined)] });
const ask = new Asker(inProcessTransport(server, admin));
afterAll(() => server[Symbol.asyncDispose]());

function apply(manager: string, configuration: object, to = url) {
  const body = { apiVersion: "apply.example.org/v1", kind: "Run", ...configuration };
  const named = { ...body, metadata: { name: "subject", ...("metadata" in body && Object(body.metadata)) } };
  return ask.send("PATCH", `${to}?fieldManager=${manager}&force=true`, {
    body: named,
    headers: { "content-type": "application/apply-patch+yaml" },
  });
}

/** Configurations that own what they say: an empty set or keyed list is no value, so nobody owns it, and it may come and go. */
const telling = runConfigurations.map((configuration) => {
  const { spec = {}, ...rest } = withoutEmptyLists(configuration) as { spec?: object };
  return { ...rest, spec: { image: "p", ...spec } };
});

/** By manager: what it last applied. The later entry of a name counts. */
const claims = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), telling), { minLength: 1, maxLength: 6 });

describe("server-side apply, whatever is applied", { timeout: isLongRun ? 600_000 : 60_000 }, () => {
  it("changes nothing the second time", async () => {
    const twice = fc.asyncProperty(claims, async (all) => {
      for (const [manager, configuration] of all) {
        const first = await apply(manager, configuration);
        const second = await apply(manager, configuration);
        expect([first.status < 300, second.status, second.text]).toEqual([true, 200, first.text]);
      }
      await ask.delete(url);
    });
    await fc.assert(twice, runs);
  });

  it("leaves each manager owner of fields that have the values it gave them, and nobody of others", async () => {
    const owned = fc.asyncProperty(claims, async (all) => {
      const last = new Map<string, object>();
      for (const [manager, configuration] of all) {
        const { json } = await apply(manager, configuration);
        last.set(manager, configuration);
        for (const entry of json.metadata.managedFields ?? []) {
          const fields = FieldSet.fromFieldsV1(entry.fieldsV1);
          const wanted = last.get(entry.manager) as JsonValue;
          expect(fields?.difference(fieldsOf(wanted, schema)).isEmpty).toBe(true);
          // Where it owns all that it applied, applying it to what there is would change nothing.
          if (fieldsOf(wanted, schema).difference(fields ?? FieldSet.empty).isEmpty) {
            expect(inAnyOrder(merged(json, wanted, schema))).toEqual(inAnyOrder(json));
          }
        }
      }
      await ask.delete(url);
    });
    await fc.assert(owned, runs);
  });

  it("comes to the same in any order, where managers agree", async () => {
    const parts = fc.tuple(telling, fc.array(fc.constantFrom("a", "b", "c"), { minLength: 2 }), fc.integer());
    const converges = fc.asyncProperty(parts, async ([configuration, order, seed]) => {
      const shares = sharesOf(configuration, seed);
      const outcomes: unknown[] = [];
      for (const managers of [order, [...order].reverse()]) {
        for (const manager of [...managers, ...new Set(managers)]) await apply(manager, shares.get(manager) ?? {});
        const { json } = await ask.get(url);
        outcomes.push(inAnyOrder({ spec: json.spec ?? null, labels: json.metadata.labels ?? null }));
        await ask.delete(url);
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
    });
    await fc.assert(converges, runs);
  });

  it("gives everything back once all have given up everything", async () => {
    const returns = fc.asyncProperty(claims, async (all) => {
      for (const [manager, configuration] of all) await apply(manager, configuration);
      for (const manager of ["a", "b", "c"]) await apply(manager, {});
      const { json } = await ask.get(url);
      expect([json.metadata.managedFields, json.spec, json.metadata.labels]).toEqual([undefined, undefined, undefined]);
      await ask.delete(url);
    });
    await fc.assert(returns, runs);
  });

  it("never fails of its own fault, whatever else is done", async () => {
    const steps = fc.asyncProperty(runSteps, fc.jsonValue({ maxDepth: 5 }), async (all, strange) => {
      for (const step of all) for (const body of Object.values(step)) await apply("a", Object(body));
      const { status } = await apply("b", { spec: strange });
      expect(status).toBeLessThan(500);
      const whole = await ask.send("PATCH", `${url}?fieldManager=b`, {
        body: JSON.stringify(strange),
        headers: { "content-type": "application/apply-patch+yaml" },
      });
      expect(whole.status).toBeLessThan(500);
      await ask.delete(url);
    });
    await fc.assert(steps, { numRuns: isLongRun ? 5000 : 20 });
  });
});

/** Each manager wants a part of the same: where they want the same field they want the same of it. */
function sharesOf(configuration: object, seed: number): ReadonlyMap<string, object> {
  const random = seededRandom(seed);
  const { spec = {}, metadata = {} } = configuration as { spec?: object; metadata?: object };
  return new Map(
    ["a", "b", "c"].map((manager) => {
      const share = Object.fromEntries(Object.entries(spec).filter(() => random() < 0.6));
      return [manager, { spec: share, metadata }] as const;
    }),
  );
}

function withoutEmptyLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyLists);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0));
  return Object.fromEntries(members.map(([name, inner]) => [name, withoutEmptyLists(inner)]));
}

/** Lists sorted: in which order items of sets and keyed lists come depends on who came first. */
function inAnyOrder(value: JsonValue): unknown {
  if (Array.isArray(value))
    return value.map(inAnyOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inAnyOrder(inner)]));
}
