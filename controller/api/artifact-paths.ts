import { LiveNode } from "./live-node.ts";

/** Where an API server of our own keeps images, by their SHA-256. */
export const ownArtifactsPath = "/artifacts/sha256";
/** The images as a resource of the API, beside `livenodes`: what a Kubernetes API server passes on, and what roles can name. */
export const artifactsPlural = "artifacts";
/** Where a Kubernetes API server passes on to the `spored` that works on it. */
export const artifactsBehindClusterPath = `/apis/${LiveNode.group}/${LiveNode.version}/${artifactsPlural}`;
