import { createHash } from "node:crypto";

/** A body that is the same for everybody until the kinds change; clients keep it and ask whether it still holds. */
export interface StaticDocument {
  readonly contentType: string;
  /** A hash of the body, in quotes, as it stands in the header. */
  readonly etag: string;
  readonly body: Uint8Array;
}

export function staticDocument(body: Uint8Array, contentType: string): StaticDocument {
  return { contentType, etag: `"${contentHash(body)}"`, body };
}

export function jsonDocument(value: object, contentType = "application/json"): StaticDocument {
  return staticDocument(Buffer.from(JSON.stringify(value)), contentType);
}

/** Upper-case hex; names a body's content. */
export function contentHash(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex").toUpperCase();
}

/** Whether the client that sent this `If-None-Match` already has the document, so that the answer is 304 without a body. */
export function isKnown(document: StaticDocument, ifNoneMatch: string | undefined): boolean {
  const known = (ifNoneMatch ?? "").split(",").map((etag) => etag.trim().replace(/^W\//, ""));
  return known.includes("*") || known.includes(document.etag);
}
