/** One line of an edit script. */
interface Edit {
  readonly kind: "same" | "removed" | "added";
  readonly line: string;
}

const contextLines = 3;
/** Texts that differ in more lines than this are shown as one replaced by the other: the search grows with the square of it. */
const searchedEditsMax = 2000;

/**
 * What turns `before` into `after`, in the unified format of `diff -u`: hunks with three lines around each change. Empty when the two are equal. A
 * text whose last line does not end says so, as there.
 */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return "";
  const edits = editScript(linesOf(before), linesOf(after));
  return hunksOf(edits)
    .map((hunk) => hunkText(edits, hunk))
    .join("");
}

/** Lines with their ends; the last one may lack it. */
function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** A shortest edit script (E. Myers, "An O(ND) Difference Algorithm"), deletions before insertions. */
function editScript(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  const same = (line: string): Edit => ({ kind: "same", line });
  return [
    ...before.slice(0, head).map(same),
    ...middleScript(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

function middleScript(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const trace: Int32Array[] = [];
  const max = Math.min(before.length + after.length, searchedEditsMax);
  const furthest = new Int32Array(2 * max + 3);
  for (let edits = 0; edits <= max; edits += 1) {
    trace.push(furthest.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = diagonal + max + 1;
      const down = furthest[at + 1] ?? 0;
      const right = (furthest[at - 1] ?? 0) + 1;
      const isDown = diagonal === -edits || (diagonal !== edits && (furthest[at - 1] ?? 0) < down);
      let x = isDown ? down : right;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      furthest[at] = x;
      if (x >= before.length && x - diagonal >= after.length) return backtrack(trace, before, after, max);
    }
  }
  return [
    ...before.map((line): Edit => ({ kind: "removed", line })),
    ...after.map((line): Edit => ({ kind: "added", line })),
  ];
}

function backtrack(
  trace: readonly Int32Array[],
  before: readonly string[],
  after: readonly string[],
  max: number,
): readonly Edit[] {
  const script: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const furthest = trace[edits] ?? new Int32Array();
    const diagonal = x - y;
    const at = diagonal + max + 1;
    const isDown = diagonal === -edits || (diagonal !== edits && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0));
    const startX = isDown ? (furthest[at + 1] ?? 0) : (furthest[at - 1] ?? 0);
    const startY = startX - (isDown ? diagonal + 1 : diagonal - 1);
    while (x > startX && y > startY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      script.push({ kind: "same", line: before[x - 1] ?? "" });
      x -= 1;
      y -= 1;
    }
    if (edits === 0) break;
    if (isDown) script.push({ kind: "added", line: after[y - 1] ?? "" });
    else script.push({ kind: "removed", line: before[x - 1] ?? "" });
    x = startX;
    y = startY;
  }
  return script.reverse();
}

interface Hunk {
  readonly from: number;
  readonly to: number;
}

/** Changes whose surroundings touch stand in one hunk. */
function hunksOf(edits: readonly Edit[]): readonly Hunk[] {
  const hunks: { from: number; to: number }[] = [];
  edits.forEach(({ kind }, index) => {
    if (kind === "same") return;
    const from = Math.max(0, index - contextLines);
    const to = Math.min(edits.length, index + contextLines + 1);
    const last = hunks.at(-1);
    if (last && from <= last.to) last.to = to;
    else hunks.push({ from, to });
  });
  return hunks;
}

const marks = { same: " ", removed: "-", added: "+" } as const;

function hunkText(edits: readonly Edit[], { from, to }: Hunk): string {
  const shown = edits.slice(from, to);
  const count = (list: readonly Edit[], other: Edit["kind"]) => list.filter(({ kind }) => kind !== other).length;
  const earlier = edits.slice(0, from);
  const before = range(count(earlier, "added"), count(shown, "added"));
  const after = range(count(earlier, "removed"), count(shown, "removed"));
  const lines = shown.map(({ kind, line }) => {
    const text = `${marks[kind]}${line}`;
    return line.endsWith("\n") ? text : `${text}\n\\ No newline at end of file\n`;
  });
  return `@@ -${before} +${after} @@\n${lines.join("")}`;
}

/** As `diff` counts: from 1, from the line before for none, and a single line without its count. */
function range(skipped: number, length: number): string {
  if (length === 0) return `${skipped},0`;
  return length === 1 ? String(skipped + 1) : `${skipped + 1},${length}`;
}
