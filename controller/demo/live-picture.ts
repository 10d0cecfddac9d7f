import type { NodeLine } from "./fleet-view.ts";
import { picture } from "./fleet-view.ts";

/** Where the picture goes. */
export interface PictureScreen {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly width: number;
  /** Rows; a fleet with more nodes is cut. */
  readonly height: number;
}

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
const clearLine = "\u001b[2K";

/**
 * Keeps a picture of the fleet at the bottom of a terminal, with sentences scrolling above it. Where nobody looks (a pipe) it writes a line
 * whenever a node comes to another state instead.
 */
export class LivePicture {
  readonly #screen: PictureScreen;
  readonly #told = new Map<string, string>();
  #rows: readonly string[] = [];

  constructor(screen: PictureScreen) {
    this.#screen = screen;
    if (screen.isTerminal) screen.write(hideCursor);
  }

  /** A sentence that stays. */
  say(sentence: string): void {
    this.#erase();
    this.#screen.write(`${sentence}\n`);
    this.#screen.write(this.#rows.map((row) => `${row}\n`).join(""));
  }

  show(lines: readonly NodeLine[], title: string): void {
    if (!this.#screen.isTerminal) {
      this.#tellChanges(lines);
      return;
    }
    const { width, height } = this.#screen;
    const all = picture(lines, title, width, true);
    const room = Math.max(4, height - 2);
    const rows = all.length > room ? [...all.slice(0, room - 1), `  … and ${all.length - room + 1} more`] : all;
    this.#erase();
    this.#rows = rows;
    this.#screen.write(rows.map((row) => `${row}\n`).join(""));
  }

  /** Leaves the last picture on the screen. */
  close(): void {
    if (this.#screen.isTerminal) this.#screen.write(showCursor);
    this.#rows = [];
  }

  #erase(): void {
    if (this.#rows.length > 0) this.#screen.write(`${`\u001b[1A${clearLine}`.repeat(this.#rows.length)}\r`);
  }

  #tellChanges(lines: readonly NodeLine[]): void {
    for (const { name, version, text } of lines) {
      const sentence = `${name} ${version} ${text}`;
      if (this.#told.get(name) === sentence) continue;
      this.#told.set(name, sentence);
      this.#screen.write(`${sentence}\n`);
    }
  }
}
