import { type Random, randomInteger, seededRandom } from "../../../controller/base/random.ts";

/** Choices at random; the same seed makes the same ones. */
export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** Both bounds included. */
  integer(low: number, high: number): number {
    return randomInteger(this.#random, low, high);
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(choices: T): T[number] {
    return choices[this.integer(0, choices.length - 1)];
  }

  several<T>(max: number, make: () => T): readonly T[] {
    return Array.from({ length: this.integer(0, max) }, make);
  }

  /** `text` with a few characters lost, doubled, or from elsewhere. */
  garbled(text: string): string {
    const points = Array.from(text);
    for (let count = this.integer(1, 3); count > 0; count--) {
      const at = this.integer(0, points.length);
      const strange = this.pick([
        "\0",
        "\ud800",
        "é",
        "😀",
        "\n",
        '"',
        "'",
        "\\",
        "%",
        "/",
        "(",
        ")",
        "{",
        "[",
        "9",
        "-",
        ".",
        ",",
        " ",
      ]);
      points.splice(at, this.integer(0, 2), ...(this.chance(0.7) ? [strange] : points.slice(at, at + 2)));
    }
    return points.join("");
  }
}
