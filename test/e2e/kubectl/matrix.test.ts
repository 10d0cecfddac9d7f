import { describe, expect, it } from "vitest";
import { type Kubectl, kubectls } from "../../support/kubectls.ts";
import { isLongRun } from "../../support/long-run.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { startPlane } from "../plane.ts";
import { type Chapter, readChapters } from "./steps.ts";
import { typeChapter } from "./terminal.ts";

interface Cell {
  readonly kubectl: Kubectl;
  readonly http: 1 | 2;
  /** Only the steps marked `short`. */
  readonly isShort: boolean;
}

const all = kubectls();
const chapters = readChapters();

/** Every version over both protocols in a long run; else the oldest and the newest, each with the whole table over one of them. */
function cells(): readonly Cell[] {
  if (isLongRun) {
    return all.flatMap((kubectl) =>
      [2, 1].map((http) => ({ kubectl, http: http === 1 ? 1 : 2, isShort: false }) as const),
    );
  }
  const [oldest, newest] = [all.at(0), all.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  return [
    { kubectl: newest, http: 2, isShort: false },
    { kubectl: oldest, http: 1, isShort: false },
    { kubectl: newest, http: 1, isShort: true },
    { kubectl: oldest, http: 2, isShort: true },
  ];
}

describe.skipIf(all.length === 0)(`kubectl ${all.map(({ version }) => version).join(", ")} (needs kubectl)`, () => {
  it.concurrent.each(cells())(
    "$kubectl.version over HTTP/$http does what the table says",
    { timeout: 180_000 },
    async ({ kubectl, http, isShort }) => {
      await using directory = await temporaryDirectory();
      await using plane = await startPlane({ flags: ["--auto-adopt", "nobody"] });
      const terminal = { kubectl, http, directory: directory.path, kubeconfig: plane.kubeconfig };
      const wrong: string[] = [];
      for (const chapter of isShort ? chapters.map(shortened) : chapters) {
        wrong.push(...(await typeChapter(chapter, terminal)));
      }
      expect(wrong.join("\n\n")).toBe("");
    },
  );
});

function shortened(chapter: Chapter): Chapter {
  return { ...chapter, steps: chapter.steps.filter(({ short }) => short === true) };
}
