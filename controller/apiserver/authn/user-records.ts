import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { textIn, textsIn } from "../object-meta.ts";

/** What a data directory knows of its users, in `tokens.json`. Times are milliseconds since 1970. */
export interface UserRecords {
  readonly tokens: readonly TokenRecord[];
  /** Certificates that were issued, so that they can be listed. */
  readonly certificates: readonly CertificateRecord[];
  readonly revocations: readonly Revocation[];
}

interface CredentialRecord {
  readonly user: string;
  readonly groups: readonly string[];
  readonly createdAtMs?: number;
  /** Undefined: for ever. */
  readonly expiresAtMs?: number;
}

/** One token, as it is kept. */
export interface TokenRecord extends CredentialRecord {
  /** SHA-256 of the token, hex. */
  readonly hash: string;
}

export interface CertificateRecord extends CredentialRecord {
  /** Hex. */
  readonly serial: string;
}

/** From then on nothing counts that was issued to the user before. Certificates cannot be taken back otherwise. */
export interface Revocation {
  readonly user: string;
  readonly atMs: number;
}

export const noRecords: UserRecords = { tokens: [], certificates: [], revocations: [] };

const formatVersion = 2;

export function recordsText(records: UserRecords): string {
  const file = {
    version: formatVersion,
    tokens: records.tokens.map(written),
    certificates: records.certificates.map(written),
    revocations: records.revocations.map(({ user, atMs }) => ({ user, at: isoTime(atMs) })),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** @returns undefined when the text is something else. The first version had no times and no certificates. */
export function readRecords(text: string): UserRecords | undefined {
  const file = parsed(text);
  if (!isJsonObject(file) || (file.version !== formatVersion && file.version !== 1)) return undefined;
  if (!Array.isArray(file.tokens)) return undefined;
  return {
    tokens: objectsIn(file.tokens).map((token) => ({ hash: textIn(token, "hash"), ...credentialIn(token) })),
    certificates: objectsIn(file.certificates).map((one) => ({ serial: textIn(one, "serial"), ...credentialIn(one) })),
    revocations: objectsIn(file.revocations).map((one) => ({
      user: textIn(one, "user"),
      atMs: timeIn(one, "at") ?? 0,
    })),
  };
}

function written<T extends CredentialRecord>({ createdAtMs, expiresAtMs, ...rest }: T) {
  return {
    ...rest,
    ...(createdAtMs === undefined ? {} : { created: isoTime(createdAtMs) }),
    ...(expiresAtMs === undefined ? {} : { expires: isoTime(expiresAtMs) }),
  };
}

function credentialIn(object: JsonObject): CredentialRecord {
  const [createdAtMs, expiresAtMs] = [timeIn(object, "created"), timeIn(object, "expires")];
  return {
    user: textIn(object, "user"),
    groups: textsIn(object, "groups"),
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    // A time that cannot be read must not mean for ever.
    ...(object.expires === undefined ? {} : { expiresAtMs: expiresAtMs ?? 0 }),
  };
}

function timeIn(object: JsonObject, field: string): number | undefined {
  const time = Date.parse(textIn(object, field));
  return Number.isNaN(time) ? undefined : time;
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function objectsIn(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter((item: JsonValue) => isJsonObject(item)) : [];
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by the caller, who knows the file's name
  }
}
