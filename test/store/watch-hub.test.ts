import { describe, expect, it } from "vitest";
import { storeWatchQueueMaxBytes } from "../../controller/base/limits.ts";
import { WatchHub } from "../../controller/store/watch-hub.ts";
import { code, never } from "../contract/store/setup.ts";

const mebibyte = 1024 * 1024;

describe("WatchHub", () => {
  it("ends a watch whose unread values would fill the memory, and no watch that keeps up", async () => {
    let head = 0;
    const hub = new WatchHub({ head: () => head, read: () => ({ commits: [], reached: head }) });
    const value = new Uint8Array(8 * mebibyte);
    const publish = () => hub.publish([{ key: "/a", revision: ++head, value, previous: undefined }]);
    const slow = hub.watch("/", 0, never);
    const quick = hub.watch("/", 0, never);
    const [first] = [slow.next(), quick.next()];
    publish();
    expect((await first).value).toMatchObject({ revision: 1 });
    const fitting = storeWatchQueueMaxBytes / value.byteLength;
    for (let count = 0; count < 3 * fitting; count++) {
      const next = quick.next();
      publish();
      expect((await next).value).toMatchObject({ key: "/a" });
    }
    await expect(slow.next()).rejects.toEqual(code("SPORE_EXPIRED"));
    hub.close();
  });

  it("takes as much as fits, and again once it was read", async () => {
    let head = 0;
    const hub = new WatchHub({ head: () => head, read: () => ({ commits: [], reached: head }) });
    const value = new Uint8Array(8 * mebibyte);
    const watch = hub.watch("/", 0, never);
    let next = watch.next();
    for (let round = 0; round < 3; round++) {
      for (let bytes = 0; bytes < storeWatchQueueMaxBytes; bytes += value.byteLength) {
        hub.publish([{ key: "/a", revision: ++head, value, previous: undefined }]);
      }
      for (let bytes = 0; bytes < storeWatchQueueMaxBytes; bytes += value.byteLength) {
        expect((await next).done).toBe(false);
        next = watch.next();
      }
    }
    hub.close();
    expect((await next).done).toBe(true);
  });
});
