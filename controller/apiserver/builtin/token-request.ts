import { invalidValue } from "../../api/causes.ts";
import { TokenRequest } from "../../api/identity-kinds.ts";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { BoundObject } from "../authn/service-account-tokens.ts";
import { apiAudience } from "../authn/token-authenticator.ts";
import { type Call, conflict, invalid, type Workshop } from "../call.ts";
import { notFound } from "../collection.ts";
import { metadataOf, objectIn, textIn, textsIn, withMetadata } from "../object-meta.ts";
import type { ServedKind } from "../served-kind.ts";
import { questionKind } from "./access-review.ts";
import { described, text } from "./builtin-kind.ts";

const defaultSeconds = 3600;
const minSeconds = 600;
/** Beyond this it is refused, as in Kubernetes. */
const maxSeconds = 2 ** 32;
/** Nobody gets a token that lasts longer, whatever they ask for; the answer says how long it lasts. */
const grantedMaxSeconds = 365 * 86_400;

/** What is posted to `serviceaccounts/<name>/token`. */
export const servedTokenRequest: ServedKind = questionKind(
  TokenRequest,
  "Asks for a token of a service account.",
  {
    audiences: {
      type: "array",
      description: "For whom the token is meant; without any, for this server.",
      items: text,
      "x-kubernetes-list-type": "atomic",
    },
    expirationSeconds: {
      type: "integer",
      format: "int64",
      default: defaultSeconds,
      description: `How long the token lasts; from ${minSeconds} to ${grantedMaxSeconds} seconds.`,
    },
    boundObjectRef: {
      type: "object",
      nullable: true,
      description: "A Secret that the token falls with.",
      properties: {
        kind: described("Secret."),
        apiVersion: described("v1."),
        name: described("Its name."),
        uid: described("Its UID."),
      },
    },
  },
  answerTokenRequest,
);

async function answerTokenRequest(question: JsonObject, call: Call, shop: Workshop): Promise<JsonObject> {
  const { collection, namespace = "", name = "" } = call;
  const account = await collection.get(namespace, name);
  const spec = objectIn(question, "spec");
  checkRequest(question, name, spec);
  const audiences = textsIn(spec, "audiences").length === 0 ? [apiAudience] : textsIn(spec, "audiences");
  const seconds = Math.min(Number(spec.expirationSeconds), grantedMaxSeconds);
  const expiresAtMs = (Math.floor(shop.clock.now() / 1000) + seconds) * 1000;
  const secret = await boundSecret(spec.boundObjectRef, namespace, shop);
  const bound = { name, uid: account.uid };
  const token = shop.identities.issue({
    namespace,
    account: bound,
    ...(secret && { secret }),
    audiences,
    expiresAtMs,
  });
  const given = { name, namespace, uid: account.uid, creationTimestamp: timestamp(shop.clock.now()) };
  return {
    ...withMetadata(question, given),
    spec: { ...spec, audiences: [...audiences], expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(expiresAtMs) },
  };
}

/** @throws SporeError `SPORE_INVALID`. */
function checkRequest(question: JsonObject, account: string, { expirationSeconds }: JsonObject): void {
  const named = textIn(metadataOf(question), "name");
  if (named !== "" && named !== account) {
    const why = "must match the service account name if specified";
    throw invalid(servedTokenRequest, account, [invalidValue("metadata.name", named, why)]);
  }
  const seconds = Number(expirationSeconds);
  const refuse = (why: string) =>
    invalid(servedTokenRequest, "", [
      invalidValue("spec.expirationSeconds", seconds, `may not specify a duration ${why}`),
    ]);
  if (seconds < minSeconds) throw refuse("less than 10 minutes");
  if (seconds > maxSeconds) throw refuse("larger than 2^32 seconds");
}

const decoder = new TextDecoder();

/** @throws SporeError `SPORE_NOT_FOUND`, `SPORE_CONFLICT` when the UID is another's, `SPORE_BAD_REQUEST` for what a token cannot be bound to. */
async function boundSecret(
  ref: JsonValue | undefined,
  namespace: string,
  shop: Workshop,
): Promise<BoundObject | undefined> {
  if (!isJsonObject(ref)) return undefined;
  const [kind, apiVersion, name] = [textIn(ref, "kind"), textIn(ref, "apiVersion"), textIn(ref, "name")];
  const pods = { group: "", plural: "pods" };
  if (kind === "Pod" && apiVersion === "v1") throw notFound(pods, name); // there are none
  if (kind !== "Secret" || apiVersion !== "v1") {
    throw new SporeError("SPORE_BAD_REQUEST", `cannot bind token to object of type /${apiVersion}, Kind=${kind}`);
  }
  const entry = await shop.store.get(`/registry/core/secrets/${namespace}/${name}`);
  if (entry === undefined) throw notFound({ group: "", plural: "secrets" }, name);
  const secret: JsonValue = JSON.parse(decoder.decode(entry.value));
  const uid = isJsonObject(secret) ? textIn(metadataOf(secret), "uid") : "";
  const wanted = textIn(ref, "uid");
  if (wanted !== "" && wanted !== uid) {
    const why = `the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(servedTokenRequest, name, why);
  }
  return { name, uid };
}
