import { chmod, chown, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownDirectory } from "../../controller/store/own-directory.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const user = process.getuid?.() ?? 0;
const unusable = { code: "SPORE_DATA_DIR_UNUSABLE" };

async function withMode(mode: number): Promise<string> {
  const directory = join(directoryOfTest(), "data");
  await ownDirectory(directory, user);
  await chmod(directory, mode);
  return directory;
}

describe("ownDirectory", () => {
  it("makes a directory that nobody else looks into", async () => {
    const directory = join(directoryOfTest(), "deep", "data");
    await ownDirectory(directory, user);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it.each([0o700, 0o755, 0o2775])("takes an own one of mode %o", async (mode) => {
    await expect(ownDirectory(await withMode(mode), user)).resolves.toBeUndefined();
  });

  it.each([0o777, 0o1777, 0o703])("refuses one of mode %o, in which everybody may write", async (mode) => {
    const directory = await withMode(mode);
    await expect(ownDirectory(directory, user)).rejects.toMatchObject({
      ...unusable,
      message: expect.stringContaining("every user"),
      details: { hint: expect.stringContaining(`chmod o-w ${directory}`) },
    });
  });

  it("refuses one of another user, except to root", async () => {
    const directory = await withMode(0o700);
    const owner = user === 0 ? 65_534 : user;
    if (user === 0) await chown(directory, owner, owner);
    await expect(ownDirectory(directory, owner + 1)).rejects.toMatchObject(unusable);
    await expect(ownDirectory(directory, owner)).resolves.toBeUndefined();
    await expect(ownDirectory(directory, 0)).resolves.toBeUndefined();
  });

  it("says which path cannot be made", async () => {
    await expect(ownDirectory("/dev/null/data", user)).rejects.toMatchObject({
      ...unusable,
      message: expect.stringContaining("/dev/null/data"),
    });
  });
});
