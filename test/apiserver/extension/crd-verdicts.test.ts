import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { systemClock } from "../../../controller/base/clock.ts";
import { httpsTransport } from "../../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../../controller/client/kubeconfig.ts";
import { type Answer, Asker, admin, testServer } from "../../support/api-server.ts";
import { asksReference, referenceKubeconfig } from "../../support/reference-server.ts";
import { crdCases } from "./crd-cases.ts";

/** What a kube-apiserver 1.34.4 answers to each case, recorded by the test at the end. */
interface Verdict {
  readonly status: number;
  /** `field: message`. */
  readonly causes?: readonly string[];
  /** Where there are no causes. */
  readonly message?: string;
}

const recorded = new URL("../../golden/crd-verdicts.json", import.meta.url);
const verdicts: Readonly<Record<string, Verdict>> = JSON.parse(readFileSync(recorded, "utf8"));

function verdictOf({ status, json }: Answer): Verdict {
  if (status === 201) return { status };
  const causes: readonly { readonly field: string; readonly message: string }[] | undefined = json.details?.causes;
  if (causes === undefined) return { status, message: json.message };
  return { status, causes: causes.map(({ field, message }) => `${field}: ${message}`).sort() };
}

const url = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All&fieldValidation=Strict";

describe("A CustomResourceDefinition is judged as kube-apiserver judges it", async () => {
  await using server = await testServer();
  const api = new Asker(inProcessTransport(server, admin));
  const ours = new Map<string, Verdict>();
  for (const { title, crd } of crdCases) ours.set(title, verdictOf(await api.post(url, crd)));

  it.each(crdCases)("$title", ({ title }) => {
    const verdict = verdicts[title] ?? { status: 0 };
    const own = ours.get(title);
    expect(own?.status, own?.message).toBe(unread.includes(title) ? 400 : verdict.status);
    if (title in ownWords) expect(own?.causes).toEqual(ownWords[title]);
    else if (!unread.includes(title)) expect(comparable(own)).toEqual(comparable(verdict));
  });
});

/** What is refused before anybody asks what it means. */
const unread = ["a property called __proto__"];

const subdomain =
  "a name must be at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit (RFC 1123 subdomain)";
const misnamed = (name: string) => [`metadata.name: Invalid value: "${name}": ${subdomain}`];

/** Where we mean to say something else: a name that no object may have is told first and alone, and long values are cut. */
const ownWords: Readonly<Record<string, readonly string[]>> = {
  "a name with upper case": misnamed("Runs.ex.dev"),
  "no group": misnamed("runs."),
  "a group with upper case": misnamed("runs.Ex.dev"),
  "a group with an underscore": misnamed("runs.ex_a.dev"),
  "a warning of 257 characters": [
    `spec.versions[0].deprecationWarning: Invalid value: "${"w".repeat(255)}…: must be <= 256 characters long`,
  ],
  "a schema": ["spec.versions[0].schema.openAPIV3Schema.properties[f].$schema: Forbidden: $schema is not supported"],
  "conversion by a webhook that is missing": [
    "spec.conversion.strategy: Forbidden: this server calls no conversion webhooks; use None, with which versions differ in their name only",
  ],
};

/** The same in any order, without what differs on purpose. */
function comparable(verdict: Verdict | undefined): unknown {
  const causes = (verdict?.causes ?? []).map(inVersions).filter((cause) => !cause.startsWith("spec.version:"));
  return { message: verdict?.message, causes: [...new Set(causes)].sort() };
}

/**
 * kube-apiserver calls what all versions have in common by the place that it had in `v1beta1`; we by the place where the user wrote it. It also
 * shows whole versions where their names will do.
 */
function inVersions(cause: string): string {
  return cause
    .replace(/^spec\.validation\.openAPIV3Schema/, "spec.versions[0].schema.openAPIV3Schema")
    .replace(/^spec\.(additionalPrinterColumns|subresources|selectableFields)/, "spec.versions[0].$1")
    .replace(/^(spec\.versions: Invalid value: )\[.*\]: /s, "$1[…]: ");
}

/** `--update` records what it says. */
if (asksReference)
  describe("The verdicts (needs a kube-apiserver)", () => {
    it.skipIf(referenceKubeconfig === undefined)("are what it says", async () => {
      await using connection = httpsTransport(await readKubeconfig([referenceKubeconfig ?? ""]), systemClock);
      const real = new Asker(connection.transport);
      const said: Record<string, Verdict> = {};
      for (const { title, crd } of crdCases) said[title] = verdictOf(await real.post(url, crd));
      await expect(`${JSON.stringify(said, undefined, 1)}\n`).toMatchFileSnapshot(recorded.pathname);
    });
  });
