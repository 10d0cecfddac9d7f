/** What goes around a file in a `multipart/form-data` body (RFC 7578) with that one part. */
export interface MultipartFrame {
  /** For the `Content-Type` header. */
  readonly contentType: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Frames `file` as the one part of a form. The boundary is short, as small servers want it, and does not occur in the file; the part has a
 * file name, without which they would keep it in memory as a text field.
 */
export function frameFile(file: Uint8Array, name: string, fileName: string): MultipartFrame {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let boundary = "spore-boundary";
  for (let number = 1; bytes.includes(`--${boundary}`); number++) boundary = `spore-boundary-${number}`;
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${name}"; filename="${fileName}"`,
    "Content-Type: application/octet-stream",
    "",
    "",
  ];
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    before: Buffer.from(head.join("\r\n")),
    after: Buffer.from(`\r\n--${boundary}--\r\n`),
  };
}
