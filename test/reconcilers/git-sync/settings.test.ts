import { describe, expect, it } from "vitest";
import type { GitSync, GitSyncSpec } from "../../../controller/api/git-sync.ts";
import { settingsOf } from "../../../controller/reconcilers/git-sync/settings.ts";

const defaults: GitSyncSpec = {
  url: "https://git.example.com/fleet.git",
  branch: "main",
  path: "",
  interval: "1m",
  timeout: "2m",
  suspend: false,
  prune: true,
  maxPruned: "20%",
};
const settings = (spec: Partial<GitSyncSpec>, fileRoots: readonly string[] = []) =>
  settingsOf({ metadata: { name: "a" }, spec: { ...defaults, ...spec } } as GitSync, fileRoots);

describe("the settings of a GitSync", () => {
  it("are understood", () => {
    expect(settings({ interval: "1h30m", timeout: "45s" })).toEqual({
      ok: true,
      value: {
        url: { transport: "https", text: "https://git.example.com/fleet.git" },
        branch: "main",
        path: "",
        intervalMs: 5_400_000,
        timeoutMs: 45_000,
      },
    });
  });

  it.each([
    ["", ""],
    [".", ""],
    ["./", ""],
    ["/", ""],
    ["lab", "lab"],
    ["./lab/", "lab"],
    ["/lab/a//", "lab/a"],
    [".github", ".github"],
  ])("path %j is %j", (path, expected) => {
    expect(settings({ path })).toMatchObject({ ok: true, value: { path: expected } });
  });

  it.each([
    [{ path: "../lab" }, "InvalidSpec", "spec.path"],
    [{ path: "lab/../../x" }, "InvalidSpec", "spec.path"],
    [{ path: "lab/./x" }, "InvalidSpec", "spec.path"],
    [{ branch: "a..b" }, "InvalidSpec", "spec.branch"],
    [{ branch: "a.lock" }, "InvalidSpec", "spec.branch"],
    [{ branch: "a/.b" }, "InvalidSpec", "spec.branch"],
    [{ branch: "a//b" }, "InvalidSpec", "spec.branch"],
    [{ interval: "1s" }, "InvalidSpec", "spec.interval"],
    [{ interval: "25h" }, "InvalidSpec", "spec.interval"],
    [{ timeout: "1h" }, "InvalidSpec", "spec.timeout"],
    [{ url: "ssh://example.com/x" }, "InvalidSpec", "spec.url"],
    [{ url: "/srv/fleet.git" }, "FileNotAllowed", "--sync-files"],
    [{ url: "file:///etc/fleet.git" }, "FileNotAllowed", "--sync-files"],
  ] as const)("%j is refused until somebody changes it", (spec, reason, words) => {
    const problem = { remedy: "stalled", reason, message: expect.stringContaining(words) };
    expect(settings(spec, ["/opt"])).toEqual({ ok: false, problem });
  });

  it("let files be read where the operator says so", () => {
    expect(settings({ url: "/srv/git/fleet.git" }, ["/opt", "/srv/git"])).toMatchObject({ ok: true });
  });
});
