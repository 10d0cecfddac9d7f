/** More typing mistakes than these make another word. */
const mistakesMax = 2;

/** The word of `known` that was most probably meant; undefined when none is near. */
export function nearestWord(typed: string, known: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly mistakes: number } | undefined;
  for (const word of new Set(known)) {
    const isBegun = typed.length > 2 && word.startsWith(typed);
    const mistakes = isBegun ? 1 : mistakesBetween(typed.toLowerCase(), word.toLowerCase());
    if (mistakes <= Math.min(mistakesMax, word.length / 2) && mistakes < (best?.mistakes ?? Number.POSITIVE_INFINITY)) {
      best = { word, mistakes };
    }
  }
  return best?.word;
}

/** Letters to add, leave out, exchange or swap with their neighbour. */
function mistakesBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const exchanged = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, exchanged, swapped));
    }
    before = last;
    last = next;
  }
  return last[b.length] ?? 0;
}
