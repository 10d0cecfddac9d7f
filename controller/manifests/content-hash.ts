import { createHash } from "node:crypto";
import { goJson } from "../base/go-json.ts";

/** What a hash of a ConfigMap is made from. */
export interface ConfigMapContent {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

/** What a hash of a Secret is made from. */
export interface SecretContent {
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly immutable?: boolean;
}

/**
 * The suffix that kubectl and kustomize add to the name of a ConfigMap, so that other content is another object (kubectl's `--append-hash`: ten
 * characters of SHA-256 over the object as JSON, without vowels and what looks alike).
 *
 * @param name without the suffix.
 */
export function configMapHash(name: string, { data = {}, binaryData, immutable }: ConfigMapContent): string {
  const binary = binaryData && Object.keys(binaryData).length > 0 ? { binaryData } : {};
  return shortHash({ kind: "ConfigMap", name, data, ...binary, ...(immutable !== undefined && { immutable }) });
}

/** The same for a Secret. */
export function secretHash(name: string, { data = {}, type = "", immutable }: SecretContent): string {
  return shortHash({ kind: "Secret", type, name, data, ...(immutable !== undefined && { immutable }) });
}

const replacements: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

function shortHash(object: Parameters<typeof goJson>[0]): string {
  const hex = createHash("sha256").update(goJson(object)).digest("hex").slice(0, 10);
  return hex.replace(/[013ae]/g, (digit) => replacements[digit] ?? digit);
}
