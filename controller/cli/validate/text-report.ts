import { printableLine } from "../../base/printable.ts";
import { positionText } from "../../manifests/manifest.ts";
import type { Screen } from "../io.ts";
import { paint } from "../output/paint.ts";
import type { Finding, Findings } from "./findings.ts";

/** How much of a long line is shown around the place that is meant. */
const excerptMaxCharacters = 100;

/** For people: each finding with the line it is about and a caret under the place, and a summary. */
export function textReport({ findings, files, objects, texts }: Findings, screen: Screen): string {
  const lines = new Map<string, readonly string[]>();
  const lineOf = ({ position }: Finding): string | undefined => {
    const known = lines.get(position.file) ?? texts.get(position.file)?.split(/\r?\n/) ?? [];
    lines.set(position.file, known);
    return known[position.line - 1];
  };
  const paragraphs = findings.map((finding) => paragraph(finding, lineOf(finding), screen));
  return `${paragraphs.join("")}${summary(findings, `${count(objects, "object")} in ${count(files.length, "file")}`)}\n`;
}

function paragraph({ severity, position, field, message }: Finding, line: string | undefined, screen: Screen): string {
  const place = printableLine(positionText(position));
  const what = printableLine(field === undefined ? message : `${field}: ${message}`);
  const head = `${place}: ${paint(screen, severity === "error" ? "red" : "yellow", `${severity}:`)} ${what}\n`;
  if (line === undefined || line.trim() === "") return head;
  const { text, caret } = excerpt(line, position.column - 1);
  const number = String(position.line);
  const margin = " ".repeat(number.length);
  return `${head}  ${number} | ${text}\n  ${margin} | ${caret}${paint(screen, "red", "^")}\n`;
}

/** The part of a line around `index`, and what stands before the caret under it. */
function excerpt(line: string, index: number): { readonly text: string; readonly caret: string } {
  const start = line.length <= excerptMaxCharacters ? 0 : Math.max(0, index - excerptMaxCharacters / 2);
  const mark = start > 0 ? "…" : "";
  const shown = line.slice(start, start + excerptMaxCharacters);
  const rest = start + shown.length < line.length ? "…" : "";
  const caret = `${mark}${line.slice(start, index)}`.replace(/[^\t]/gu, " ");
  return {
    text: `${mark}${shown.replaceAll("\t", " ").replace(/./gu, printableLine)}${rest}`,
    caret: caret.replaceAll("\t", " "),
  };
}

function summary(findings: readonly Finding[], what: string): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  if (findings.length === 0) return `${what}: valid`;
  const counts = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return `${what}: ${counts.join(", ")}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
