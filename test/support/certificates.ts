import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const [notBefore, notAfter] = [new Date("2020-01-01T00:00:00Z"), new Date("2120-01-01T00:00:00Z")];
const usages: webcrypto.KeyUsage[] = ["sign", "verify"];

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority for one test. */
export interface Authority {
  /** PEM. */
  readonly ca: string;
  /** A certificate for a server with those names and addresses. */
  serve(names: readonly string[], until?: Date): Promise<Certificate>;
  /** A certificate for a client. */
  identify(user: string): Promise<Certificate>;
}

export async function newAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, usages);
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=test authority",
      keys,
      notBefore,
      notAfter,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto,
  );
  const issue = async (subject: string, extensions: x509.Extension[], until = notAfter): Promise<Certificate> => {
    const own = await webcrypto.subtle.generateKey(algorithm, true, usages);
    const certificate = await x509.X509CertificateGenerator.create(
      {
        subject,
        issuer: ca.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        notBefore,
        notAfter: until,
        signingAlgorithm: algorithm,
        extensions,
      },
      webcrypto,
    );
    const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", own.privateKey));
    return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
  };
  return {
    ca: ca.toString("pem"),
    serve: (names, until) => {
      const entries = names.map((value) => ({
        type: /^[\d.]+$/.test(value) ? ("ip" as const) : ("dns" as const),
        value,
      }));
      return issue("CN=test server", [new x509.SubjectAlternativeNameExtension(entries)], until);
    },
    identify: (user) => issue(`CN=${user}`, []),
  };
}
