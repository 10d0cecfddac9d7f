import { describe, expect, it } from "vitest";
import { GroupCommit, type Pending } from "../../controller/store/group-commit.ts";
import { code } from "../contract/store/setup.ts";

/** A disk that finishes a group when it is told to. */
class SlowDisk {
  readonly groups: (readonly number[])[] = [];
  #finish: (() => void) | undefined;

  readonly write = async (group: readonly Pending<number>[]): Promise<void> => {
    this.groups.push(group.map(({ job }) => job));
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
    });
    for (const { job, resolve } of group) resolve(job);
  };

  async finish(): Promise<void> {
    await turn();
    this.#finish?.();
    await turn();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("GroupCommit", () => {
  it("gathers what comes while a group is on its way, and keeps the order", async () => {
    const disk = new SlowDisk();
    const commits = new GroupCommit(disk.write);
    const answers = [commits.submit(1, 1), commits.submit(2, 1)];
    await turn();
    answers.push(commits.submit(3, 1), commits.submit(4, 1));
    await disk.finish();
    await turn(); // now the second group is on its way
    answers.push(commits.submit(5, 1));
    await disk.finish();
    await disk.finish();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5]);
    expect(disk.groups).toEqual([[1, 2], [3, 4], [5]]);
    await commits.idle();
  });

  it("waits for those it has just answered, when there are several", async () => {
    const disk = new SlowDisk();
    const commits = new GroupCommit(disk.write);
    const write = async (first: number) => {
      await commits.submit(first, 1);
      await commits.submit(first + 10, 1);
    };
    const writers = [write(1), write(2), write(3)];
    await disk.finish();
    await disk.finish();
    await Promise.all(writers);
    expect(disk.groups).toEqual([
      [1, 2, 3],
      [11, 12, 13],
    ]);
  });

  it("cuts groups by number and by bytes", async () => {
    const disk = new SlowDisk();
    const commits = new GroupCommit(disk.write);
    const mebibyte = 1024 * 1024;
    const answers = [5, 5, 5].map((size, i) => commits.submit(i, size * mebibyte));
    for (let i = 0; i < 1500; i++) answers.push(commits.submit(3 + i, 1));
    for (let i = 0; i < 6; i++) await disk.finish();
    await Promise.all(answers);
    expect(disk.groups.map((group) => group.length)).toEqual([1, 1, 1024, 477]);
  });

  it("refuses what it cannot hold, by number and by bytes", async () => {
    const disk = new SlowDisk();
    const commits = new GroupCommit(disk.write);
    const many = Array.from({ length: 10_000 }, (_, i) => commits.submit(i, 1));
    await expect(commits.submit(-1, 1)).rejects.toEqual(code("SPORE_TOO_MANY_REQUESTS"));
    for (let i = 0; i < 12; i++) await disk.finish();
    await Promise.all(many);
    const large = commits.submit(0, 60 * 1024 * 1024);
    await expect(commits.submit(-1, 5 * 1024 * 1024)).rejects.toEqual(code("SPORE_TOO_MANY_REQUESTS"));
    await disk.finish();
    await large;
  });
});
