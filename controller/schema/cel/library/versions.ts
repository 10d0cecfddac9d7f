import semver, { type SemVer } from "semver";
import { walks } from "../cost.ts";
import { define, type Guard, isBool, isText, type Overload } from "../functions.ts";
import { Fault, type OpaqueValue } from "../values.ts";

/** A semantic version. */
class Version implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "kubernetes.Semver";
  readonly parts: SemVer;

  constructor(parts: SemVer) {
    this.parts = parts;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Version && this.parts.compare(other.parts) === 0;
  }
}

const isVersion: Guard<Version> = (value) => value instanceof Version;
const versionMaxCharacters = 256;

/** `normalise`: also `v1.2`, `1` and numbers with zeros in front. */
function parseVersion(text: string, normalise: boolean): Version | Fault {
  const written = normalise ? normalised(text) : text;
  // The library is more lenient: it takes a `v`, and blanks around.
  const parts =
    /^\d[0-9A-Za-z.+-]*$/.test(written) && written.length <= versionMaxCharacters ? semver.parse(written) : null;
  return parts ? new Version(parts) : new Fault(`Invalid semantic version ${JSON.stringify(text)}`);
}

function normalised(text: string): string {
  const [major = "", minor, ...rest] = text.replace(/^v/, "").split(".");
  const parts = [major, minor, rest.length > 0 ? rest.join(".") : undefined].filter((part) => part !== undefined);
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? "")) return "";
  const short = parts.map((part) => part.replace(/^0+(?=\d)/, ""));
  return [...short, "0", "0"].slice(0, 3).join(".");
}

/** Kubernetes' functions for semantic versions. */
export const versionFunctions: readonly Overload[] = [
  define("semver", "(string): kubernetes.Semver", [isText], (text) => parseVersion(text, false), walks(0)),
  define("semver", "(string, bool): kubernetes.Semver", [isText, isBool], parseVersion, walks(0)),
  define("isSemver", "(string): bool", [isText], (text) => parseVersion(text, false) instanceof Version, walks(0)),
  define(
    "isSemver",
    "(string, bool): bool",
    [isText, isBool],
    (text, normalise) => {
      return parseVersion(text, normalise) instanceof Version;
    },
    walks(0),
  ),
  define("major", "kubernetes.Semver.(): int", [isVersion], ({ parts }) => BigInt(parts.major)),
  define("minor", "kubernetes.Semver.(): int", [isVersion], ({ parts }) => BigInt(parts.minor)),
  define("patch", "kubernetes.Semver.(): int", [isVersion], ({ parts }) => BigInt(parts.patch)),
  define("isGreaterThan", "kubernetes.Semver.(kubernetes.Semver): bool", [isVersion, isVersion], (a, b) => {
    return a.parts.compare(b.parts) > 0;
  }),
  define("isLessThan", "kubernetes.Semver.(kubernetes.Semver): bool", [isVersion, isVersion], (a, b) => {
    return a.parts.compare(b.parts) < 0;
  }),
  define("compareTo", "kubernetes.Semver.(kubernetes.Semver): int", [isVersion, isVersion], (a, b) => {
    return BigInt(a.parts.compare(b.parts));
  }),
];
