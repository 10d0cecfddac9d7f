import { expect, it } from "vitest";
import { boardAt, strangerAt } from "../../../controller/simulator/spore/board.ts";

it("boardAt derives name, chip and MAC from the address", () => {
  expect(boardAt("127.20.0.1")).toEqual({
    address: "127.20.0.1",
    hostname: "esp_140001",
    chipId: 0x140001,
    mac: "84:F3:EB:14:00:01",
  });
});

it("boardAt counts on over the bytes of the address", () => {
  expect(boardAt("127.20.0.250", 10).address).toBe("127.20.1.4");
  expect(boardAt("127.20.255.255", 1).address).toBe("127.21.0.0");
});

it("boardAt leaves the broadcast address alone", () => {
  expect(boardAt("127.255.255.254").address).toBe("127.255.255.254");
  expect(() => boardAt("127.255.255.254", 1)).toThrow(expect.objectContaining({ code: "SPORE_USAGE" }));
});

it.each(["192.168.1.1", "127.1.1", "127.256.0.1", "127.0.0.1.1", "localhost", ""])("boardAt refuses %s", (base) => {
  expect(() => boardAt(base)).toThrow(expect.objectContaining({ code: "SPORE_USAGE" }));
});

it("strangerAt is somebody else at the same address", () => {
  const board = boardAt("127.20.0.1");
  const stranger = strangerAt(board);
  expect(stranger.address).toBe(board.address);
  expect(stranger.hostname).not.toBe(board.hostname);
  expect(stranger.hostname).toBe(`esp_${stranger.chipId.toString(16).toUpperCase().padStart(6, "0")}`);
});
