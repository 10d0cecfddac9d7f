import { SelfSubjectReview, TokenReview } from "../../api/identity-kinds.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { timestamp } from "../../base/timestamp.ts";
import { apiAudience } from "../authn/token-authenticator.ts";
import { objectIn, textIn, textsIn, withMetadata } from "../object-meta.ts";
import type { User } from "../user.ts";
import { questionKind } from "./access-review.ts";
import { described, text } from "./builtin-kind.ts";

export const servedSelfSubjectReview = questionKind(
  SelfSubjectReview,
  "Asks who it is that asks.",
  undefined,
  (question, { user }, { clock }) => ({
    ...withMetadata(question, { creationTimestamp: timestamp(clock.now()) }),
    status: { userInfo: userInfo(user) },
  }),
);

export const servedTokenReview = questionKind(
  TokenReview,
  "Asks who bears a token.",
  {
    token: described("The token."),
    audiences: {
      type: "array",
      description: "For whom the token should be meant; without any, for this server.",
      items: text,
      "x-kubernetes-list-type": "atomic",
    },
  },
  async (question, _call, { identities }) => {
    const spec = objectIn(question, "spec");
    const token = textIn(spec, "token");
    if (token === "") throw new SporeError("SPORE_BAD_REQUEST", "token is required for TokenReview in authentication");
    const audiences = textsIn(spec, "audiences");
    const identity = await identities.identify(token, audiences.length === 0 ? [apiAudience] : audiences);
    if (identity === undefined) return { ...question, status: { user: {}, error: "invalid bearer token" } };
    const status = { authenticated: true, user: userInfo(identity.user), audiences: [...identity.audiences] };
    return { ...question, status };
  },
);

/** `authentication.k8s.io/v1 UserInfo`. */
function userInfo({ name, uid, groups, extra = {} }: User): JsonObject {
  const facts = Object.entries(extra).map(([key, values]) => [key, [...values]] as const);
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(facts.length === 0 ? {} : { extra: Object.fromEntries(facts) }),
  };
}
