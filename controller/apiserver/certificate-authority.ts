import "reflect-metadata"; // @peculiar/x509 cannot be imported before it

import {
  createPrivateKey,
  createPublicKey,
  X509Certificate as NodeCertificate,
  randomBytes,
  webcrypto,
} from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { writeFileAtomically } from "../base/write-file-atomically.ts";

/** What a TLS server shows and what it proves it with, as PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
  /** Milliseconds since 1970 after which the certificate is no longer valid. */
  readonly notAfterMs: number;
}

/** The authority that a data directory has of its own; clients trust it and nothing else. */
export interface CertificateAuthority {
  /** The authority's certificate, PEM. */
  readonly certificate: string;
  /** A fresh key and certificate for a server that is reached under `names`: host names and IP addresses. */
  issueServer(names: readonly string[]): Promise<TlsIdentity>;
  /** A fresh key and certificate by which somebody proves who they are. */
  issueClient(client: ClientName, lifetimeMs: number): Promise<ClientIdentity>;
}

/** Whom a client certificate names. */
export interface ClientName {
  readonly user: string;
  readonly groups: readonly string[];
  /** The certificate must not seem older than this, in milliseconds since 1970. */
  readonly notBeforeMs?: number;
}

export interface ClientIdentity extends TlsIdentity {
  /** Hex. */
  readonly serial: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
const authorityLifetimeMs = 3650 * dayMs;
/** Short, because a server makes itself a new one whenever it likes. */
const serverLifetimeMs = 90 * dayMs;
/** Clients' clocks may be behind. */
const clockSkewMs = 300_000;

/**
 * Opens the authority in `directory`, which makes itself when it is not there: an ECDSA P-256 key (`ca.key`, mode 0600) and its certificate (`ca.crt`).
 * Keys come from the system's generator, not from a `Random` that a test could repeat.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when the files cannot be read or written, do not belong together, or have expired.
 */
export async function openCertificateAuthority(directory: string, clock: Clock): Promise<CertificateAuthority> {
  const [keyPath, certificatePath] = [join(directory, "ca.key"), join(directory, "ca.crt")];
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (await isMissing(certificatePath)) await makeAuthority(keyPath, certificatePath, clock);
    const [keyPem, certificatePem] = [await readFile(keyPath, "utf8"), await readFile(certificatePath, "utf8")];
    checkPair(keyPem, certificatePem, clock);
    return new Authority(await importKey(keyPem), new X509Certificate(certificatePem), clock);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "to begin anew, move the directory away; every kubeconfig made with it has to be made again then";
    throw new SporeError(
      "SPORE_DATA_DIR_UNUSABLE",
      `the certificate authority in ${directory} cannot be used: ${why}`,
      { hint },
      { cause },
    );
  }
}

class Authority implements CertificateAuthority {
  readonly certificate: string;
  readonly #key: webcrypto.CryptoKey;
  readonly #issuer: X509Certificate;
  readonly #clock: Clock;

  constructor(key: webcrypto.CryptoKey, issuer: X509Certificate, clock: Clock) {
    this.certificate = `${issuer.toString("pem")}\n`;
    this.#key = key;
    this.#issuer = issuer;
    this.#clock = clock;
  }

  issueServer(names: readonly string[]): Promise<TlsIdentity> {
    const alternatives = names.map((value) => ({
      type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const),
      value,
    }));
    return this.#issue({
      subject: [{ CN: ["spored"] }],
      notBeforeMs: this.#clock.now() - clockSkewMs,
      lifetimeMs: serverLifetimeMs,
      extensions: [
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(alternatives),
      ],
    });
  }

  issueClient({ user, groups, notBeforeMs = 0 }: ClientName, lifetimeMs: number): Promise<ClientIdentity> {
    return this.#issue({
      subject: [{ CN: [user] }, ...groups.map((group) => ({ O: [group] }))],
      notBeforeMs: Math.max(this.#clock.now() - clockSkewMs, notBeforeMs),
      lifetimeMs,
      extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
    });
  }

  async #issue({ subject, notBeforeMs, lifetimeMs, extensions }: Issue): Promise<ClientIdentity> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const notAfterMs = Math.min(this.#clock.now() + lifetimeMs, this.#issuer.notAfter.getTime());
    const serial = serialNumber();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial,
      subject,
      issuer: this.#issuer.subject,
      notBefore: new Date(notBeforeMs),
      notAfter: new Date(notAfterMs),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        ...extensions,
        await AuthorityKeyIdentifierExtension.create(this.#issuer),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = await exportKey(keys.privateKey);
    return { certificate: `${certificate.toString("pem")}\n`, key, notAfterMs, serial };
  }
}

/** What one certificate differs in from another. */
interface Issue {
  readonly subject: { readonly [field: string]: string[] }[];
  readonly notBeforeMs: number;
  readonly lifetimeMs: number;
  readonly extensions: Extension[];
}

async function makeAuthority(keyPath: string, certificatePath: string, clock: Clock): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const nowMs = clock.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // A name of its own, so that a client that trusts two of them does not mix them up.
    name: `CN=spore-ca-${randomBytes(4).toString("hex")}`,
    notBefore: new Date(nowMs - clockSkewMs),
    notAfter: new Date(nowMs + authorityLifetimeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // The certificate last: only a whole authority is one.
  await writeFileAtomically(keyPath, await exportKey(keys.privateKey));
  await writeFileAtomically(certificatePath, `${certificate.toString("pem")}\n`, 0o644);
}

function checkPair(keyPem: string, certificatePem: string, clock: Clock): void {
  const certificate = new NodeCertificate(certificatePem);
  const ofKey = createPublicKey(createPrivateKey(keyPem)).export({ type: "spki", format: "der" });
  const ofCertificate = certificate.publicKey.export({ type: "spki", format: "der" });
  if (!ofKey.equals(ofCertificate)) throw new TypeError("ca.key and ca.crt do not belong together");
  if (Date.parse(certificate.validTo) <= clock.now()) throw new RangeError(`ca.crt expired on ${certificate.validTo}`);
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" })
    .export({ type: "pkcs8", format: "pem" })
    .toString();
}

/** 127 random bits, positive. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return false;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return true;
    throw error;
  }
}
