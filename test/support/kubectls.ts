import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** One kubectl of this machine. */
export interface Kubectl {
  readonly path: string;
  /** 1.`minor` is what it implements. */
  readonly minor: number;
  /** `v1.20.2` */
  readonly version: string;
}

/** Where distributions put kubectls beside the one on the PATH. */
const furtherDirectories = ["/usr/lib/google-cloud-sdk/bin", "/usr/local/google-cloud-sdk/bin", "/snap/bin"];
/** Debian's package, which has 1.20 in Debian 12: the oldest that people still have. */
const debianPackage = "kubernetes-client";

/**
 * Every kubectl that can be found, one for each minor version, oldest first: those on the PATH, in well-known directories, and Debian's, which is fetched
 * into the user's cache where another one is installed. A program that only chooses among others (Google's `kubectl`) is none.
 *
 * @throws TypeError in CI, when Debian's package cannot be had and there is no other: these tests are not skipped there.
 */
export function kubectls(): readonly Kubectl[] {
  const directories = [...(process.env.PATH ?? "").split(delimiter), ...furtherDirectories, debianKubectl()];
  const byMinor = new Map<number, Kubectl>();
  for (const path of new Set(directories.flatMap(programsIn))) {
    const found = asked(path);
    if (found !== undefined && !byMinor.has(found.minor)) byMinor.set(found.minor, found);
  }
  const all = [...byMinor.values()].sort((a, b) => a.minor - b.minor);
  if (all.length === 0 && process.env.CI) throw new TypeError("CI has no kubectl, and Debian's cannot be fetched");
  return all;
}

/** `kubectl`, `kubectl.1.27` and the like. */
function programsIn(directory: string): readonly string[] {
  if (directory === "" || !existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => /^kubectl([.-]?v?1\.\d+.*)?$/.test(name));
  return names.map((name) => realpathSync(join(directory, name)));
}

/** @returns undefined for what is no kubectl, or cannot run here. */
function asked(path: string): Kubectl | undefined {
  try {
    const words = ["version", "--client", "-o", "json"];
    const answer = execFileSync(path, words, {
      encoding: "utf8",
      timeout: 20_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { clientVersion } = JSON.parse(answer);
    const version = String(clientVersion.gitVersion);
    const minor = /^v1\.(\d+)\.\d+$/.exec(version)?.[1];
    return minor === undefined ? undefined : { path, version, minor: Number(minor) };
  } catch {
    return undefined; // it has told us what it is by that
  }
}

/** The directory of Debian's kubectl in the user's cache; empty text where it cannot be had. */
function debianKubectl(): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "spore");
  const place = join(cache, debianPackage);
  const directory = join(place, "usr", "bin");
  if (existsSync(join(directory, "kubectl"))) return directory;
  if (!existsSync("/etc/debian_version") || process.env.SPORE_NO_INSTALL) return "";
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, `${debianPackage}-`));
  try {
    fetchPackage(work);
    renameSync(join(work, "tree"), place); // whole or not at all, whoever else fetches it at this moment
    return directory;
  } catch {
    return existsSync(directory) ? directory : ""; // another run was quicker, or there is no package source
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchPackage(directory: string): void {
  const options = { cwd: directory, stdio: "ignore", timeout: 120_000 } as const;
  try {
    execFileSync("apt-get", ["download", debianPackage], options);
  } catch {
    execFileSync("apt-get", ["update", "-qq"], options); // a fresh image knows no packages
    execFileSync("apt-get", ["download", debianPackage], options);
  }
  const archive = readdirSync(directory).find((name) => name.endsWith(".deb"));
  execFileSync("dpkg", ["-x", join(directory, archive ?? "none"), join(directory, "tree")], options);
}
