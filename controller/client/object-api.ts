import { asJson } from "../base/as-json.ts";
import type { ObjectApi } from "../manifests/object-api.ts";
import type { Client, WriteOptions } from "./client.ts";

/** A Client, as far as applying needs it. */
export function objectApi(
  client: Client,
  fieldManager: string,
  signal: AbortSignal,
  onWarning: (text: string) => void,
  fieldValidation: NonNullable<WriteOptions["fieldValidation"]> = "Strict",
): ObjectApi {
  const write = (dryRun: boolean) => ({ signal, dryRun, fieldManager, fieldValidation, onWarning });
  return {
    fieldManager,
    read: (kind, key) => client.get(kind, key, signal),
    create: (kind, object, dryRun) => client.create(kind, object, write(dryRun)),
    patch: (kind, key, body, dryRun) => client.patch(kind, key, { type: "merge", body }, write(dryRun)),
    apply: (kind, key, body, { dryRun, force, fieldManager: other = fieldManager }) =>
      client.patch(kind, key, { type: "apply", body: asJson(body), force }, { ...write(dryRun), fieldManager: other }),
    remove: (kind, key, uid) =>
      client.delete(kind, key, { signal, propagationPolicy: "Background", preconditions: { uid } }),
  };
}
