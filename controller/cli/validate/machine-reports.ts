import { printableLine } from "../../base/printable.ts";
import { positionText, problemText } from "../../manifests/manifest.ts";
import type { Finding, Findings } from "./findings.ts";

/** One JSON document: `valid`, the counts, and each finding with its place. */
export function jsonReport({ findings, files, objects }: Findings): string {
  const valid = findings.every(({ severity }) => severity === "warning");
  const list = findings.map(({ severity, position, field, message }) => ({ severity, ...position, field, message }));
  return `${JSON.stringify({ valid, files: files.length, objects, findings: list }, undefined, 2)}\n`;
}

/** JUnit's XML, as GitLab, Jenkins and others read it: a test case for each file. */
export function junitReport({ findings, files }: Findings): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  const failed = new Set(errors.map(({ position }) => position.file));
  const cases = files.map((file) => {
    const of = (list: readonly Finding[]) => list.filter(({ position }) => position.file === file).map(problemText);
    const warnings = of(findings.filter(({ severity }) => severity === "warning"));
    const faults = of(errors);
    const [first = ""] = faults;
    const failure = faults.length === 0 ? "" : `<failure message="${xml(first)}">${xml(faults.join("\n"))}</failure>`;
    const output = warnings.length === 0 ? "" : `<system-out>${xml(warnings.join("\n"))}</system-out>`;
    return `    <testcase classname="sporectl validate" name="${xml(file)}" file="${xml(file)}">${failure}${output}</testcase>\n`;
  });
  const counts = `tests="${files.length}" failures="${failed.size}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="sporectl validate" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}

/** Workflow commands of GitHub Actions, which shows each beside the line of the pull request. */
export function githubReport({ findings }: Findings): string {
  return findings
    .map(({ severity, position, field, message }) => {
      const { file, line, column } = position;
      const text = field === undefined ? message : `${field}: ${message}`;
      return `::${severity} file=${property(file)},line=${line},col=${column}::${data(`${positionText(position)}: ${text}`)}\n`;
    })
    .join("");
}

/** Characters that XML 1.0 cannot hold in any way become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Escapes as actions/toolkit documents them; on one line, so that those of line breaks are not needed. */
function data(text: string): string {
  return printableLine(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
