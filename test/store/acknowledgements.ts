import { expect } from "vitest";
import type { ChangeEvent } from "../../controller/store/store.ts";

/** What `processes/writer.mjs` says of one commit. */
export interface Acknowledgement {
  readonly writer: number;
  readonly number: number;
  readonly revision: number;
}

export function readAcknowledgement(line: string): Acknowledgement {
  const [writer, number, revision] = line.split(" ").map(Number);
  if (writer === undefined || number === undefined || revision === undefined)
    throw new TypeError(`not a line: ${line}`);
  return { writer, number, revision };
}

/** Each is in the history, under its revision, with both of its keys and nothing else. */
export function checkAcknowledged(acknowledged: readonly Acknowledgement[], events: readonly ChangeEvent[]): void {
  const commits = new Map<number, string[]>();
  for (const { key, value, revision } of events) {
    const commit = commits.get(revision) ?? [];
    commits.set(revision, commit);
    commit.push(
      `${key} ${Buffer.from(value ?? [])
        .toString()
        .trim()}`,
    );
  }
  for (const { writer, number, revision } of acknowledged) {
    const other = number % 2 === 0 ? "even" : "odd";
    expect(commits.get(revision)).toEqual([`/count/${writer} ${number}`, `/${other}/${writer} ${number}`]);
  }
}
