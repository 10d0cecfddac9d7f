import { expect } from "vitest";
import { type BuildFolder, copyOfBuild, HostBoards } from "./host-boards.ts";
import type { Plane } from "./plane.ts";
import { groupConverged, wantFirmware } from "./simulated.ts";
import { expectSoundUploads, uploadsOfConsole } from "./sound-uploads.ts";

const group = "boards";
const selector = { matchLabels: { "spore.dev/family": "spore", "spore.dev/platform": "host" } };
/** 151 kB take 2.5 s: most crashes of a controller meet uploads on their way. */
const otaBytesPerSecond = 60_000;
const versions = ["1.1.0", "1.0.0"] as const;

/** C++ boards that a control plane rolls out to and fro between two versions, and that judge it by their own consoles. */
export class BoardRollouts implements AsyncDisposable {
  readonly #plane: Plane;
  readonly #count: number;
  readonly #machines: Machines | undefined;
  #round = 0;
  /** Lines that each board had printed when the round began. */
  #begun: readonly number[] = [];

  private constructor(plane: Plane, count: number, machines: Machines | undefined) {
    this.#plane = plane;
    this.#count = count;
    this.#machines = machines;
  }

  /** With `count` 0, where there is no compiler, there is nothing to do and nothing to judge. */
  static async start(plane: Plane, count: number): Promise<BoardRollouts> {
    if (count === 0) return new BoardRollouts(plane, count, undefined);
    const build = await copyOfBuild();
    const { udpPort } = plane;
    const factoryImage = build.image("1.0.0");
    const boards = await HostBoards.start(count, { ...build, factoryImage, udpPort, otaBytesPerSecond });
    for (const version of versions) {
      const push = ["firmware", "push", build.image(version).path, "--name", firmwareOf(version)];
      expect(await plane.sporectl(push)).toMatchObject({ code: 0 });
    }
    return new BoardRollouts(plane, count, { build, boards });
  }

  async begin(round: number): Promise<void> {
    this.#round = round;
    this.#begun = this.#consoles().map((lines) => lines.length);
    if (this.#count > 0)
      await wantFirmware(this.#plane, firmwareOf(this.#version), { selector, strategy: { maxUnavailable: 2 } }, group);
  }

  /** Waits until the round is over, and reads what every board has to say of it. */
  async expectDone(): Promise<void> {
    if (this.#count === 0) return;
    await groupConverged(this.#plane, group, this.#count, 60);
    for (const [index, lines] of this.#consoles().entries()) {
      const uploads = uploadsOfConsole(lines.slice(this.#begun[index]));
      const said = `board ${index}, round ${this.#round}`;
      expectSoundUploads(said, uploads);
      expect([said, uploads.filter(({ outcome }) => outcome === "accepted").length]).toEqual([said, 1]);
      expect(lines.findLast((line) => line.includes(" up after "))).toContain(`lab-sensor ${this.#version} `);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machines?.boards[Symbol.asyncDispose]();
    await this.#machines?.build[Symbol.asyncDispose]();
  }

  get #version(): string {
    return versions[this.#round % versions.length] ?? versions[0];
  }

  #consoles(): readonly (readonly string[])[] {
    const boards = this.#machines?.boards;
    return boards ? Array.from({ length: this.#count }, (_, index) => boards.console(index)) : [];
  }
}

/** Simulated nodes run a lab-sensor of the same version, for another platform. */
function firmwareOf(version: string): string {
  return `board-${version}`;
}

interface Machines {
  readonly build: BuildFolder;
  readonly boards: HostBoards;
}
