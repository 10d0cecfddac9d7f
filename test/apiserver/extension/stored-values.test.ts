import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { httpsTransport } from "../../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../../controller/client/kubeconfig.ts";
import { Asker, admin, testServer } from "../../support/api-server.ts";
import { establish, jobCrd, jobVersion } from "../../support/crds.ts";
import { asksReference, referenceKubeconfig } from "../../support/reference-server.ts";
import { type ValueCase, valueCases } from "./value-cases.ts";

/** What is stored: the field, absent when it was dropped; or what is wrong, as `field: message`. */
interface Stored {
  readonly field?: unknown;
  readonly causes?: readonly string[];
}

const recorded = new URL("../../golden/stored-values.json", import.meta.url);
const stored: Readonly<Record<string, Stored>> = JSON.parse(readFileSync(recorded, "utf8"));

/** A field for each case, so that one kind does for all of them. */
function crd() {
  const fields = Object.fromEntries(valueCases.map(({ schema }, index) => [`f${index}`, schema]));
  const spec = { type: "object", properties: fields };
  const openAPIV3Schema = { type: "object", properties: { spec } };
  return jobCrd({ group: "values.dev", versions: [{ ...jobVersion, schema: { openAPIV3Schema } }] }, "jobs.values.dev");
}

async function answers(api: Asker): Promise<Record<string, Stored>> {
  const found: Record<string, Stored> = {};
  for (const [index, one] of valueCases.entries()) found[one.title] = await answer(api, one, `f${index}`);
  return found;
}

async function answer(api: Asker, { given }: ValueCase, name: string): Promise<Stored> {
  const body = `{"apiVersion":"values.dev/v1","kind":"Job","metadata":{"generateName":"v-"},"spec":{"${name}":${given}}}`;
  const { status, json } = await api.post("/apis/values.dev/v1/namespaces/default/jobs?dryRun=All", body);
  const plain = (text: string) => text.replaceAll(`spec.${name}`, "field");
  if (status === 201) return name in json.spec ? { field: json.spec[name] } : {};
  const causes: readonly { field: string; message: string }[] = json.details?.causes ?? [
    { field: "", message: json.message },
  ];
  return { causes: causes.map(({ field, message }) => `${plain(field)}: ${plain(message)}`).sort() };
}

describe("A value is stored, or refused, as a kube-apiserver does it", async () => {
  await using server = await testServer();
  const api = new Asker(inProcessTransport(server, admin));
  await establish(api, crd());
  const ours = await answers(api);

  it.each(valueCases)("$title", ({ title }) => {
    expect(ours[title]).toEqual(ownAnswers[title] ?? named(stored[title]));
  });
});

/** Of alternatives as a whole a kube-apiserver says that they are wrong at `<nil>`. */
function named(found: Stored | undefined): Stored | undefined {
  return found?.causes ? { causes: found.causes.map((cause) => cause.replace(/^<nil>:/, "field:")).sort() } : found;
}

const alternatives = 'field: Invalid value: "": "field" must validate one and only one schema (oneOf).';

/**
 * Where we mean to do something else: `int32` is checked, and of alternatives one thing is said and not what each of them would have liked. Labels of
 * an embedded resource are looked at by whoever creates it.
 */
const ownAnswers: Readonly<Record<string, Stored>> = {
  "a small integer given 2147483648": {
    causes: ['field: Invalid value: 2147483648: field in body must be of type int32: "2147483648"'],
  },
  "int-or-string with anyOf given 1.5": {
    causes: ['field: Invalid value: "number": field in body must be of type integer,string: "number"'],
  },
  'an embedded resource given {"apiVersion":"v1","kind":"A","metadata":{"labels":{"-":"x"}}}': {
    field: { apiVersion: "v1", kind: "A", metadata: { labels: { "-": "x" } } },
  },
  'one of two given {"a":"x","b":"y"}': { causes: [`${alternatives} Found more than one valid alternative`] },
  "one of two given {}": { causes: [`${alternatives} Found none valid`] },
};

/** `--update` records what it says. */
if (asksReference)
  describe("The stored values (needs a kube-apiserver)", () => {
    it.skipIf(referenceKubeconfig === undefined)("are what it stores", { timeout: 60_000 }, async () => {
      await using connection = httpsTransport(await readKubeconfig([referenceKubeconfig ?? ""]), systemClock);
      const real = new Asker(connection.transport);
      await establish(real, crd());
      // It serves a new kind some seconds after it says so.
      await expect.poll(async () => (await real.get("/apis/values.dev/v1/jobs")).status, { timeout: 15_000 }).toBe(200);
      const said = await answers(real);
      await real.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/jobs.values.dev");
      await expect(`${JSON.stringify(said, undefined, 1)}\n`).toMatchFileSnapshot(recorded.pathname);
    });
  });
