import semver from "semver";
import { pathOf } from "../../api/kind.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { isSameJson } from "../../base/same-json.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import { isDeleting, metadataOf, objectIn, textIn, withMetadata } from "../object-meta.ts";
import type { AskServer } from "./ask-server.ts";

export interface InstallCrdOptions {
  /** Of this program, as semantic version; it is noted on each CRD. */
  readonly release: string;
  readonly ask: AskServer;
  readonly log: Logger;
}

/** The release of spored that brought a CRD. */
const releaseAnnotation = "spore.dev/release";
/** How often to start again when another server writes the same object. */
const attemptsMax = 5;

/**
 * Creates a CRD that this program brings, or brings it up to date, by the same requests with which a user would. What a newer release brought
 * stays as it is: its objects may use what this one does not know.
 *
 * @throws SporeError `SPORE_INTERNAL` when the server refuses it, `SPORE_CONFLICT` when others keep writing it.
 */
export async function installCrd(crd: CustomResourceDefinition, options: InstallCrdOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { status, body } = await attemptInstall(crd, options);
    if (status < 300) return;
    if (status === 409 && attempt < attemptsMax) continue; // another server was faster: what did it write?
    const code = status === 409 ? "SPORE_CONFLICT" : "SPORE_INTERNAL";
    throw new SporeError(
      code,
      `the CustomResourceDefinition ${crd.metadata.name} could not be installed: ${textIn(body, "message")}`,
    );
  }
}

async function attemptInstall(crd: CustomResourceDefinition, { ask, release, log }: InstallCrdOptions) {
  const { name } = crd.metadata;
  const path = pathOf(CustomResourceDefinition, undefined, name);
  const found = await ask("GET", path);
  const annotations = { ...crd.metadata.annotations, [releaseAnnotation]: release };
  if (found.status === 404) {
    const { apiVersion, kind, metadata, spec } = asJsonObject(crd);
    const fresh = withMetadata(asJsonObject({ apiVersion, kind, metadata, spec }), { annotations });
    return ask("POST", pathOf(CustomResourceDefinition), fresh);
  }
  if (found.status !== 200 || isDeleting(found.body)) return found;
  const installed = textIn(objectIn(metadataOf(found.body), "annotations"), releaseAnnotation);
  if (isNewer(installed, release)) {
    log.warn({ crd: name, installed, release }, "a CustomResourceDefinition of a newer release is left as it is");
    return found;
  }
  if (installed === release && isSameJson(found.body.spec, asJsonObject(crd.spec))) return found;
  const noted = withMetadata(found.body, {
    annotations: { ...objectIn(metadataOf(found.body), "annotations"), ...annotations },
  });
  return ask("PUT", path, { ...noted, spec: asJsonObject(crd.spec) });
}

function isNewer(installed: string, release: string): boolean {
  return semver.valid(installed) !== null && semver.gt(installed, release);
}
