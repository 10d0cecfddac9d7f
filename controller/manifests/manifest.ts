import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";

/** Where something stands. Lines and columns count from 1. */
export interface Position {
  /** As the user named it; `-` for standard input. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One object that somebody wrote down. */
export interface Manifest {
  readonly kind: Kind;
  /** As written, and nothing filled in but the namespace. */
  readonly object: Resource;
  /** Where the object begins. */
  readonly position: Position;
  /** Where a field of it stands; the nearest part that is there, for one that is missing. */
  positionOf(field: string): Position;
}

/** Something wrong with what was written. */
export interface Problem {
  readonly position: Position;
  /** Path of the field, such as `spec.template.labels`; absent where the text itself is wrong. */
  readonly field?: string;
  readonly message: string;
  /** What the user can do about it. */
  readonly hint?: string;
}

/** `lab.yaml:7:3: spec.selecter: unknown field`. */
export function problemText({ position, field, message }: Problem): string {
  return `${positionText(position)}: ${field === undefined ? "" : `${field}: `}${message}`;
}

/** `lab.yaml:7:3`. */
export function positionText({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
