import { X509Certificate } from "node:crypto";
import type { Presented } from "../authn/authenticator.ts";
import { authenticatedGroup, type User } from "../user.ts";

/** How an API server in front says for whom it speaks, and how it proves that it is one. As in `kube-system/extension-apiserver-authentication`. */
export interface FrontProxy {
  /** Certificates, PEM, of those who issue certificates to it. */
  readonly authorities: string;
  /** Common names that its certificate may have; any when there are none. */
  readonly allowedNames: readonly string[];
  /** Names of headers, in lower case, of which the first that is there counts. */
  readonly userHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
}

/**
 * The user for whom an API server in front speaks; undefined when the connection is not that server's. Headers of anybody else say nothing.
 *
 * @param nowMs milliseconds since 1970.
 */
export function userOfFrontProxy(
  proxy: FrontProxy,
  { certificate, rawHeaders }: Presented,
  nowMs: number,
): User | undefined {
  if (certificate === undefined || !isIssued(proxy, new X509Certificate(certificate), nowMs)) return undefined;
  const [name] = valuesOf(rawHeaders, proxy.userHeaders);
  if (name === undefined) return undefined;
  return { name, groups: [...new Set([...valuesOf(rawHeaders, proxy.groupHeaders), authenticatedGroup])] };
}

/** What the first of `names` says that says something; each occurrence of a header is one value. */
function valuesOf(rawHeaders: readonly string[], names: readonly string[]): readonly string[] {
  for (const name of names) {
    const values = rawHeaders.filter(
      (value, index) => index % 2 === 1 && value !== "" && rawHeaders[index - 1]?.toLowerCase() === name,
    );
    if (values.length > 0) return values;
  }
  return [];
}

function isIssued({ authorities, allowedNames }: FrontProxy, certificate: X509Certificate, nowMs: number): boolean {
  if (Date.parse(certificate.validFrom) > nowMs || Date.parse(certificate.validTo) < nowMs) return false;
  const issuer = certificatesIn(authorities).find(
    (one) => certificate.checkIssued(one) && certificate.verify(one.publicKey),
  );
  if (!issuer || Date.parse(issuer.validTo) < nowMs) return false;
  const commonName = /(?:^|\n)CN=([^\n]*)/.exec(certificate.subject)?.[1] ?? "";
  return allowedNames.length === 0 || allowedNames.includes(commonName);
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
