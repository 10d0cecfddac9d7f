import { SporeError } from "../base/errors.ts";
import { systemErrorCode } from "../base/system-error-code.ts";

const hints = {
  start: "Start spored, or name another server with --kubeconfig.",
  address: "Check the server's address in the kubeconfig, and the network.",
  authority:
    "The server's certificate does not come from the authority in the kubeconfig: a spored with another data directory may hold that port.",
  name: "Ask for the server by a name in its certificate, or add one with spored --tls-san.",
  expired: "Check the clocks of both machines; spored renews its certificate when it starts.",
  protocol: "Something else than an API server may hold that port.",
} as const;

/** What the codes of Node.js and OpenSSL mean to a person. */
const meanings: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ["the connection was refused", hints.start],
  ECONNRESET: ["the connection broke", hints.start],
  EPIPE: ["the connection broke", hints.start],
  ENOTFOUND: ["its name is not known", hints.address],
  EAI_AGAIN: ["its name could not be looked up", hints.address],
  ETIMEDOUT: ["it did not answer", hints.address],
  EHOSTUNREACH: ["there is no way to that host", hints.address],
  ENETUNREACH: ["there is no way to that network", hints.address],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["its certificate is not trusted", hints.authority],
  SELF_SIGNED_CERT_IN_CHAIN: ["its certificate is not trusted", hints.authority],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["its certificate is not trusted", hints.authority],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["its certificate is not trusted", hints.authority],
  UNABLE_TO_GET_ISSUER_CERT: ["its certificate is not trusted", hints.authority],
  CERT_SIGNATURE_FAILURE: ["its certificate is not trusted", hints.authority],
  CERT_HAS_EXPIRED: ["its certificate has expired", hints.expired],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", hints.expired],
  ERR_TLS_CERT_ALTNAME_INVALID: ["its certificate is for other names", hints.name],
  ERR_SSL_WRONG_VERSION_NUMBER: ["it does not speak TLS", hints.protocol],
  EPROTO: ["it does not speak TLS as we do", hints.protocol],
  HPE_INVALID_CONSTANT: ["it does not speak HTTP", hints.protocol],
};

/** The error for a request to `server` that got no answer, or half of one, because of `cause`. */
export function unreachable(server: string, cause: unknown): SporeError {
  const code = errorCodeOf(cause);
  const [what, hint] = meanings[code] ?? [cause instanceof Error ? cause.message : String(cause), hints.address];
  return new SporeError("SPORE_UNAVAILABLE", `cannot reach the API server at ${server}: ${what}`, { hint }, { cause });
}

/** The machine-readable code of a system error; empty when it has none. */
export function errorCodeOf(error: unknown): string {
  if (error instanceof AggregateError) return errorCodeOf(error.errors[0]); // one per address that was tried
  return systemErrorCode(error) ?? "";
}
