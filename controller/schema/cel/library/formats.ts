import { stringFormats } from "../../formats.ts";
import { type CostModel, fixed, scaled } from "../cost.ts";
import { define, type Guard, isText, type Overload } from "../functions.ts";
import { extentOf, none, type OpaqueValue, OptionalValue, PlainList, type Value } from "../values.ts";

/** Says what is wrong with a text; nothing when it has the format. */
type Check = (text: string) => readonly string[];

/** A named format of texts. */
class Format implements OpaqueValue {
  readonly kind = "opaque";
  readonly typeName = "kubernetes.NamedFormat";
  readonly name: string;
  readonly check: Check;
  /** Characters of the regular expression that upstream counts for a check. */
  readonly patternCharacters: number;

  constructor(name: string, patternCharacters: number, check: Check) {
    this.name = name;
    this.patternCharacters = patternCharacters;
    this.check = check;
  }

  isSame(other: OpaqueValue): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

const isFormat: Guard<Format> = (value) => value instanceof Format;

/** A check by a bound on the length and a pattern, in the words of `k8s.io/apimachinery/pkg/util/validation`. */
function patternCheck(max: number, unit: string, pattern: string, rule: string, examples: readonly string[]): Check {
  const whole = new RegExp(`^(?:${pattern})$`);
  const eg = examples.map((example) => `'${example}', `).join(" or ");
  const why = `${rule} (e.g. ${eg}regex used for validation is '${pattern}')`;
  return (text) => [
    ...(Buffer.byteLength(text) > max ? [`must be no more than ${max} ${unit}`] : []),
    // What is far too long is not looked at: the bound says enough.
    ...(text.length > 16 * max || whole.test(text) ? [] : [why]),
  ];
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const part = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const isLabel = patternCheck(
  63,
  "bytes",
  label,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ["my-name", "123-abc"],
);
const isSubdomain = patternCheck(
  253,
  "bytes",
  `${label}(\\.${label})*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  ["example.com"],
);
const isOldLabel = patternCheck(
  63,
  "bytes",
  "[a-z]([-a-z0-9]*[a-z0-9])?",
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ["my-name", "abc-123"],
);
const isLabelValue = patternCheck(
  63,
  "bytes",
  `(${part})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ["MyValue", "my_value", "12345"],
);
const qualifiedRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const isNamePart = patternCheck(63, "bytes", part, qualifiedRule, ["MyName", "my.name", "123-abc"]);

const each = (prefix: string, problems: readonly string[]) => problems.map((problem) => prefix + problem);

function isQualified(text: string): readonly string[] {
  const parts = text.split("/");
  if (parts.length > 2) {
    const why = isNamePart("/").map((problem) => `a qualified name ${problem}`);
    return [`${why.join("")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [
    ...(prefix === undefined ? [] : each("prefix part ", prefix === "" ? ["must be non-empty"] : isSubdomain(prefix))),
    ...each("name part ", [...(name === "" ? ["must be non-empty"] : []), ...isNamePart(name)]),
  ];
}

/** A name that something is appended to may end with a dash. */
function asPrefix(check: Check): Check {
  return (text) => check(text.length > 1 && text.endsWith("-") ? `${text.slice(0, -2)}a` : text);
}

function known(name: string, why: string): Check {
  const hasFormat = stringFormats.get(name);
  return (text) => (hasFormat === undefined || hasFormat(text) ? [] : [why]);
}

const formats: ReadonlyMap<string, Format> = new Map(
  (
    [
      ["dns1123Label", "DNS1123Label", 30, isLabel],
      ["dns1123Subdomain", "DNS1123Subdomain", 60, isSubdomain],
      ["dns1035Label", "DNS1035Label", 30, isOldLabel],
      ["qualifiedName", "QualifiedName", 60, isQualified],
      ["dns1123LabelPrefix", "DNS1123LabelPrefix", 30, asPrefix(isLabel)],
      ["dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60, asPrefix(isSubdomain)],
      ["dns1035LabelPrefix", "DNS1035LabelPrefix", 30, asPrefix(isOldLabel)],
      ["labelValue", "LabelValue", 40, isLabelValue],
      ["uri", "URI", 1103, known("uri", "does not match the URI format")],
      ["uuid", "uuid", 70, known("uuid", "does not match the UUID format")],
      ["byte", "byte", 84, known("byte", "invalid base64")],
      ["date", "date", 72, known("date", "invalid date")],
      ["datetime", "datetime", 72, known("date-time", "invalid datetime")],
    ] satisfies [string, string, number, Check][]
  ).map(([key, name, size, check]) => [key, new Format(name, size, check)]),
);

/** Counted as the match of a regular expression. The longest of the named ones is assumed until the format is known. */
const checking: CostModel = {
  actual: ([format = null, text = null]) => {
    const pattern = isFormat(format) ? format.patternCharacters : 128;
    return Math.ceil((1 + extentOf(text)) * 0.1) * Math.ceil(pattern * 0.25);
  },
  estimate: (args) => ({ cost: scaled(scaled(args[1]?.size ?? { min: 0, max: 2 ** 64 }, 0.1), 128 * 0.25) }),
};

function problems(format: Format, text: string): Value {
  const found = format.check(text);
  return found.length === 0 ? none : new OptionalValue(new PlainList(found));
}

/** Kubernetes' named formats: `format.dns1123Label().validate(self)` is none, or what is wrong. */
export const formatFunctions: readonly Overload[] = [
  ...[...formats].map(([key, format]) => define(`format.${key}`, "(): kubernetes.NamedFormat", [], () => format)),
  define(
    "format.named",
    "(string): optional<kubernetes.NamedFormat>",
    [isText],
    (name) => {
      const format = formats.get(name);
      return format === undefined ? none : new OptionalValue(format);
    },
    fixed(1),
  ),
  define("validate", "kubernetes.NamedFormat.(string): optional<list<string>>", [isFormat, isText], problems, checking),
];
