/** What is wrong with an expression, and where: `at` counts characters from its start. */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** Of a text with more errors than this only the first are told. */
const issuesMax = 100;

/** Issues as Kubernetes prints them: each with its line, and a pointer below the place. */
export function issuesText(issues: readonly Issue[], source: string): string {
  const lines = source.split("\n").map((line) => Array.from(line));
  return [...issues]
    .sort((a, b) => a.at - b.at)
    .slice(0, issuesMax)
    .map(({ at, message }) => {
      let column = at;
      let row = 0;
      while (row < lines.length - 1 && column > (lines[row]?.length ?? 0)) {
        column -= (lines[row]?.length ?? 0) + 1;
        row++;
      }
      const line = lines[row] ?? [];
      const dots = ".".repeat(column);
      return `ERROR: <input>:${row + 1}:${column + 1}: ${message}\n | ${line.join("").replaceAll("\t", " ")}\n | ${dots}^`;
    })
    .join("\n");
}
