import { basename } from "node:path";
import { valid } from "semver";
import { artifactsBehindClusterPath, ownArtifactsPath } from "../../api/artifact-paths.ts";
import { Namespace } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import { dnsSubdomainRule, isDnsSubdomain } from "../../api/names.ts";
import type { ImageFacts } from "../../artifacts/image-facts.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { readText } from "../../client/response-body.ts";
import { readServerVersion } from "../../client/server-version.ts";
import { responseError } from "../../client/status-error.ts";
import { exitCodes, type Io } from "../io.ts";
import { progressLine } from "../output/progress-line.ts";
import type { GlobalOptions } from "../session/global-options.ts";
import { openSession, type Session } from "../session/session.ts";
import { deadline } from "../session/until.ts";
import { readImage } from "./firmware-inspect.ts";

export interface PushOptions extends GlobalOptions {
  readonly name?: string;
  readonly version?: string;
  readonly board?: string;
}

const chunkBytes = 64 * 1024;
const answerMaxBytes = 64 * 1024;
/** A MiB over a bad line takes minutes; a server that takes longer has stopped reading. */
const uploadTimeoutMs = 600_000;

/** Uploads an image under its digest, then makes or updates the Firmware that names it. Doing it twice changes nothing. */
export async function pushFirmware(file: string, options: PushOptions, io: Io): Promise<number> {
  const { bytes, image } = await readImage(file);
  const { name, spec } = describeImage(file, image, options);
  await using session = await openSession(options, io);
  await rehearse(session, name, spec, io);
  const isNew = await upload(session, image.sha256, bytes, io);
  io.out.write(
    `image sha256:${image.sha256.slice(0, 12)} ${isNew ? "uploaded" : "was there"} (${bytes.length} bytes)\n`,
  );
  io.out.write(`firmware.spore.dev/${name} ${await writeObject(session, name, spec, false, io)}\n`);
  return exitCodes.done;
}

type Spec = Firmware["spec"];

function describeImage(file: string, image: ImageFacts, options: PushOptions): { name: string; spec: Spec } {
  const { descriptor } = image;
  const version = options.version ?? descriptor?.version;
  if (version === undefined) {
    throw new SporeError("SPORE_USAGE", `${file} does not say its version`, { hint: "say --version 1.2.3" });
  }
  if (valid(version) === null) {
    const origin = options.version === undefined ? `${file} says` : "you said";
    throw new SporeError("SPORE_USAGE", `${origin} version "${version}", which is no semantic version`, {
      hint: "say --version 1.2.3",
    });
  }
  const name = options.name ?? (descriptor ? `${descriptor.name}-${version}` : undefined);
  if (name === undefined) {
    throw new SporeError("SPORE_USAGE", `${file} does not say which program it is`, {
      hint: "say --name PROGRAM-VERSION",
    });
  }
  if (!isDnsSubdomain(name.toLowerCase())) {
    throw new SporeError("SPORE_USAGE", `a Firmware cannot be named "${name}": a name ${dnsSubdomainRule}`, {
      hint: "say --name PROGRAM-VERSION",
    });
  }
  const artifact = { path: basename(file), role: "image", size: image.fileBytes, sha256: image.sha256 } as const;
  const platform = image.platform as Spec["platform"]; // a platform that the CRD does not know is for the server to refuse
  const board = options.board === undefined ? {} : { board: options.board };
  return { name: name.toLowerCase(), spec: { family: "spore", platform, ...board, version, artifacts: [artifact] } };
}

async function upload(session: Session, digest: string, bytes: Uint8Array, io: Io): Promise<boolean> {
  using time = deadline(uploadTimeoutMs, io, "uploading the image");
  const { isSpored } = await readServerVersion(session.transport, io.clock, time.signal);
  const path = `${isSpored ? ownArtifactsPath : artifactsBehindClusterPath}/${digest}`;
  const common = { query: new URLSearchParams(), signal: time.signal };
  const head = await session.transport({ method: "GET", path, ...common, headers: { range: "bytes=0-0" } });
  await readText(head.body, answerMaxBytes, `GET ${path}`);
  if (head.status < 300) return false;
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  const line = progressLine(io.err, "uploading", bytes.length);
  try {
    const body = chunks(bytes, line.show);
    const response = await session.transport({ method: "PUT", path, ...common, headers, body });
    const text = await readText(response.body, answerMaxBytes, `PUT ${path}`);
    if (!isSpored && (response.status === 404 || response.status === 503)) throw nobodyBehind(response.status);
    if (response.status >= 400) throw responseError(response, text, `PUT ${path}`);
    return response.status === 201;
  } finally {
    line.clear();
  }
}

function nobodyBehind(status: number): SporeError {
  const message = `this API server does not lead to a spored that takes images (HTTP ${status})`;
  const hint =
    "apply manifests/kubernetes, and start spored with --advertise-address; `kubectl get apiservices` says more";
  return new SporeError("SPORE_UNAVAILABLE", message, { hint });
}

async function* chunks(bytes: Uint8Array, sent: (count: number) => void): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
    sent(Math.min(bytes.length, at + chunkBytes));
  }
}

/** Nobody wants to send an image for minutes and hear then that the namespace was mistyped. */
async function rehearse(session: Session, name: string, spec: Spec, io: Io): Promise<void> {
  try {
    await writeObject(session, name, spec, true, io);
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND") || error.details.kind !== Namespace.plural) throw error;
    throw new SporeError(error.code, `${error.message}; nothing was uploaded`, {
      ...error.details,
      hint: `make it first: printf 'apiVersion: v1\\nkind: Namespace\\nmetadata: {name: ${session.namespace}}' | sporectl apply -f -`,
    });
  }
}

async function writeObject(session: Session, name: string, spec: Spec, dryRun: boolean, io: Io): Promise<string> {
  const { signal } = io;
  const options = { signal, dryRun, fieldManager: "sporectl-push", fieldValidation: "Strict" } as const;
  const key = { namespace: session.namespace, name };
  const present = await session.client.get(Firmware, key, io.signal);
  if (!present) {
    try {
      await session.client.create(Firmware, { metadata: { ...key }, spec }, options);
      return "created";
    } catch (error) {
      if (!isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error; // somebody was faster: then update
    }
  }
  const patched = await session.client.patch(
    Firmware,
    key,
    { type: "merge", body: { spec: { ...spec, artifacts: spec.artifacts.map((artifact) => ({ ...artifact })) } } },
    options,
  );
  return patched.metadata.resourceVersion === present?.metadata.resourceVersion ? "unchanged" : "configured";
}
