import "reflect-metadata"; // @peculiar/x509 cannot be imported before it

import { X509Certificate } from "node:crypto";
import { X509Certificate as ParsedCertificate } from "@peculiar/x509";
import type { Clock } from "../../base/clock.ts";
import { authenticatedGroup, type User } from "../user.ts";
import { credentialIdExtra } from "./token-authenticator.ts";
import type { UserDirectory } from "./user-directory.ts";

/** Object identifiers of what a certificate may be used for (RFC 5280, 4.2.1.12). */
const clientAuthentication = "1.3.6.1.5.5.7.3.2";
const anyPurpose = "2.5.29.37.0";

interface Bearer {
  readonly user: User;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Reads who bears a client certificate: the common name is the user, each organisation a group. Only certificates that our own authority signed count. */
export class ClientCertificates {
  readonly #authority: X509Certificate;
  readonly #clock: Clock;
  readonly #users: Pick<UserDirectory, "refresh" | "isRevoked">;
  /** A connection shows one certificate, and has many requests. */
  readonly #bearers = new WeakMap<Uint8Array, Bearer | "nobody">();

  /** @param authority PEM. */
  constructor(authority: string, users: Pick<UserDirectory, "refresh" | "isRevoked">, clock: Clock) {
    this.#authority = new X509Certificate(authority);
    this.#users = users;
    this.#clock = clock;
  }

  /**
   * @param certificate DER; requests of one connection give the same array.
   * @returns undefined when it proves nothing.
   */
  async authenticate(certificate: Uint8Array): Promise<User | undefined> {
    const bearer = this.#bearers.get(certificate) ?? this.#read(certificate);
    this.#bearers.set(certificate, bearer);
    if (bearer === "nobody") return undefined;
    const { user, notBeforeMs, notAfterMs } = bearer;
    const nowMs = this.#clock.now();
    if (nowMs < notBeforeMs || nowMs > notAfterMs) return undefined;
    await this.#users.refresh();
    return this.#users.isRevoked(user.name, notBeforeMs) ? undefined : user;
  }

  #read(der: Uint8Array): Bearer | "nobody" {
    const certificate = new X509Certificate(der);
    const isOurs = certificate.checkIssued(this.#authority) && certificate.verify(this.#authority.publicKey);
    const purposes = certificate.keyUsage;
    const isForClients =
      purposes === undefined || purposes.includes(clientAuthentication) || purposes.includes(anyPurpose);
    if (!isOurs || certificate.ca || !isForClients) return "nobody";
    const parsed = new ParsedCertificate(certificate.raw);
    const [name = ""] = parsed.subjectName.getField("CN");
    if (name === "") return "nobody";
    const groups = [...new Set([...parsed.subjectName.getField("O"), authenticatedGroup])];
    const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
    return {
      user: { name, groups, extra: { [credentialIdExtra]: [`X509SHA256=${fingerprint}`] } },
      notBeforeMs: parsed.notBefore.getTime(),
      notAfterMs: parsed.notAfter.getTime(),
    };
  }
}
