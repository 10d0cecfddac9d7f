import type { GitSync } from "../../api/git-sync.ts";
import { isSporeError } from "../../base/errors.ts";
import { parseGoDuration } from "../../base/go-duration.ts";
import { isWithin, type RepositoryUrl, readRepositoryUrl } from "../../wires/git/repository-url.ts";
import { type Resolved, resolved, stalled } from "../problem.ts";

/** A GitSync's spec, understood. */
export interface Settings {
  readonly url: RepositoryUrl;
  readonly branch: string;
  /** Without strokes at its ends; empty for the whole repository. */
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

const intervalMinMs = 5000;
const intervalMaxMs = 24 * 3_600_000;
const timeoutMinMs = 1000;
const timeoutMaxMs = 30 * 60_000;

/**
 * @param fileRoots directories of this machine from which repositories may be read: what lies elsewhere is the operator's, and not of those who may write
 * objects.
 */
export function settingsOf({ spec }: GitSync, fileRoots: readonly string[]): Resolved<Settings> {
  const url = urlOf(spec.url, fileRoots);
  if (!url.ok) return url;
  const path = spec.path.replace(/^(\.?\/)+|\/+$/g, "").replace(/^\.$/, "");
  if (path.split("/").some((part) => part === ".." || part === ".")) {
    return invalid(`spec.path: ${spec.path} must name a folder of the repository, without . and .. in it.`);
  }
  if (/\.\.|\/\/|@\{|\.lock(\/|$)|\/\./.test(spec.branch)) {
    return invalid(`spec.branch: ${spec.branch} is no name that git takes for a branch.`);
  }
  const intervalMs = parseGoDuration(spec.interval);
  if (intervalMs === undefined || intervalMs < intervalMinMs || intervalMs > intervalMaxMs) {
    return invalid(`spec.interval: ${spec.interval} must be a time from 5s to 24h.`);
  }
  const timeoutMs = parseGoDuration(spec.timeout);
  if (timeoutMs === undefined || timeoutMs < timeoutMinMs || timeoutMs > timeoutMaxMs) {
    return invalid(`spec.timeout: ${spec.timeout} must be a time from 1s to 30m.`);
  }
  return resolved({ url: url.value, branch: spec.branch, path, intervalMs, timeoutMs });
}

function urlOf(text: string, fileRoots: readonly string[]): Resolved<RepositoryUrl> {
  let url: RepositoryUrl;
  try {
    url = readRepositoryUrl(text);
  } catch (error) {
    if (!isSporeError(error)) throw error;
    return invalid(`spec.url: ${error.message}; ${error.details.hint}.`);
  }
  if (url.transport === "https" || isWithin(url, fileRoots)) return resolved(url);
  const message = `spec.url: repositories on the machine of spored are read only where it was started with --sync-files and a directory that holds them; ${url.text} lies in none.`;
  return stalled("FileNotAllowed", message);
}

function invalid(message: string) {
  return stalled("InvalidSpec", message);
}
