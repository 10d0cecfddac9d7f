import { describe, expect, it } from "vitest";
import { expectSoundUploads, uploadsOfConsole } from "./sound-uploads.ts";

const up = "[3] lab-sensor 1.0.0 up after Power On, http=80 udp=4210";
const started = (fence: number, md5 = "aa") => `[10] update started size=9 fence=${fence} md5=${md5}`;
const staged = "[90] update staged, restarting";
const interrupted = "[50] update interrupted";

const judge = (lines: readonly string[]) => expectSoundUploads("esp_000001", uploadsOfConsole(lines));

describe("a board's console", () => {
  it("tells of each upload what it was and what came of it", () => {
    const lines = [up, started(7), interrupted, "[55] update refused: busy", started(8), staged, up];
    expect(uploadsOfConsole(lines)).toMatchObject([
      { fence: 7, md5: "aa", bytes: 9, outcome: "aborted" },
      { outcome: "refused", detail: "busy" },
      { fence: 8, outcome: "accepted" },
    ]);
  });

  it.each([
    ["one after the other", [up, started(1), interrupted, started(2), staged, up, started(3, "bb"), staged]],
    ["that a reset cut off", [up, started(1), up, started(2), staged]],
    ["refused while none ran", [up, "[9] update refused: stale_fence", started(1), staged]],
  ])("is sound with uploads %s", (_, lines) => judge(lines));

  it.each([
    ["that came while another ran", [up, started(1), "[20] update refused: busy", staged]],
    ["that began while another ran", [up, started(1), started(2), staged]],
    ["of one image that was taken twice", [up, started(1), staged, up, started(2), staged]],
    ["whose fence went back", [up, started(2), interrupted, started(1), staged]],
  ])("is not with an upload %s", (_, lines) => {
    expect(() => judge(lines)).toThrow();
  });
});
