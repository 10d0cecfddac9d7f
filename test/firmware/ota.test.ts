import { createHash } from "node:crypto";
import { once } from "node:events";
import { cp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { packFlashContents, packHostImage } from "../../controller/artifacts/host-image-writer.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import { type Board, board, describeBoards, firmware } from "./board.ts";
import { imageBytes, md5Of, multipart, multipartType, runningVersion, upload, uploadBare } from "./upload.ts";

const soon = { timeout: 8000, interval: 20 };
const quick = { config: { restart_delay_ms: 0 } } as const;

describeBoards("an update over the air", () => {
  it("is staged, copied by the boot loader and executed, by the same process", async () => {
    await using node = await board({ config: { restart_delay_ms: 0, labels: { room: "lab" }, site: "bench-1" } });
    const image = await imageBytes("1.1.0");
    const answer = await upload(node, image, { version: "1.1.0" });
    expect([answer.status, answer.body]).toEqual([
      200,
      { status: "OK", message: "update staged, restarting", size: image.length, md5: md5Of(image), restartInMs: 0 },
    ]);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
    expect((await node.get("/api/node/status")).body).toMatchObject({
      labels: { app: "lab-sensor", room: "lab", version: "1.1.0" },
      x: { resetReason: "Software/System restart", ota: { sketchSize: image.length, sketchMD5: md5Of(image) } },
    });
    expect((await node.get("/api/node/config")).body).toMatchObject({ site: "bench-1" });
    const running = await readFile(`/proc/${node.pid}/exe`);
    const programBytes = image.readUInt32LE(0x101c);
    expect(sha256(running)).toBe(sha256(image.subarray(0x1020, 0x1020 + programBytes)));
  });

  it("works without size, MD5 or any other parameter, and under any field name", async () => {
    await using node = await board(quick);
    const body = multipart(await imageBytes("1.1.0"), "whatever");
    expect((await node.send("POST", "/api/node/update", { headers: multipartType, body })).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
  });

  it("has its flash mode patched to the running image's, and its MD5 compared with what was sent", async () => {
    await using node = await board(quick);
    const image = await imageBytes("1.1.0");
    const other = Buffer.from(image);
    other[2] = 0;
    expect((await upload(node, other)).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
    expect((await node.get("/api/node/status?brief=1")).body).toMatchObject({
      x: { ota: { sketchMD5: md5Of(image) } },
    });
  });

  it("takes the token from the query or as a bearer, and nothing else", async () => {
    await using node = await board({ config: { restart_delay_ms: 0, ota_token: "s3cret" } });
    const image = await imageBytes("1.1.0");
    expect(await upload(node, image)).toMatchObject({ status: 401, body: { status: "FAIL", error: "unauthorized" } });
    expect(await upload(node, image, { token: "wrong" })).toMatchObject({ status: 401 });
    expect(await upload(node, image, {}, { Authorization: "Bearer s3cret" })).toMatchObject({ status: 200 });
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
  });

  it("is paced by the node, which says how far it is", async () => {
    await using node = await board({ ...quick, otaBytesPerSecond: 100_000 });
    const image = await imageBytes("1.1.0");
    const startedAt = systemClock.monotonic();
    const uploading = upload(node, image);
    const received = async () => {
      const { body } = await node.get("/api/node/status?brief=1");
      return body as { x: { state: string; ota: { rx?: number } } };
    };
    await expect.poll(async () => (await received()).x.ota.rx ?? 0, soon).toBeGreaterThan(20_000);
    expect((await received()).x.state).toBe("ota");
    expect(await node.get("/api/node/config")).toMatchObject({ status: 503, headers: { "retry-after": "2" } });
    expect(await upload(node, image)).toMatchObject({ status: 409, body: { status: "FAIL", error: "busy" } });
    expect((await uploading).status).toBe(200);
    const seconds = (systemClock.monotonic() - startedAt) / 1000;
    expect(image.length / seconds).toBeGreaterThan(60_000);
    expect(image.length / seconds).toBeLessThan(120_000);
  });
});

describeBoards("a packed update", () => {
  const named = (image: Buffer) => {
    const packed = gzipSync(image, { level: 9 });
    packed[3] = 0x08; // there is a file name
    return Buffer.concat([packed.subarray(0, 10), Buffer.from("firmware.bin\0"), packed.subarray(10)]);
  };
  it.each<[string, (image: Buffer) => Buffer]>([
    ["tightly, with a name", named],
    ["with the fixed codes", (image) => gzipSync(image, { strategy: constants.Z_FIXED })],
    ["not at all", (image) => gzipSync(image, { level: 0 })],
  ])("is unpacked by the boot loader when it is packed %s", async (_, pack) => {
    await using node = await board(quick);
    const image = await imageBytes("1.1.0");
    expect((await upload(node, pack(image))).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
    expect((await node.get("/api/node/status?brief=1")).body).toMatchObject({
      x: { ota: { sketchSize: image.length, sketchMD5: md5Of(image), gzip: true } },
    });
  });

  it("that is none leaves the program as it was", async () => {
    await using node = await board(quick);
    expect((await upload(node, Buffer.from("1f8b080000000000000307ffffff", "hex"))).status).toBe(200);
    await expect.poll(() => node.console.some((line) => line.includes("could not install 14 bytes")), soon).toBe(true);
    await expect.poll(() => runningVersion(node), soon).toBe("1.0.0");
  });

  it("that is damaged leaves what silicon would have: half of each, until somebody comes with a wire", async () => {
    await using node = await board(quick);
    const packed = gzipSync(await imageBytes("1.1.0"));
    packed.fill(0xff, packed.length >> 1, packed.length - 8);
    expect((await upload(node, packed)).status).toBe(200);
    await expect.poll(() => node.console.some((line) => line.includes("could not install")), soon).toBe(true);
    await expect.poll(() => node.console.some((line) => line.includes("resetting for ever")), soon).toBe(true);
  });
});

describeBoards("a refused update", () => {
  const refusals: readonly [string, number, object, (node: Board, image: Buffer) => ReturnType<typeof upload>][] = [
    ["of a wrong MD5", 500, { status: "FAIL", code: 7 }, (node, image) => upload(node, image, { md5: "0".repeat(32) })],
    [
      "of more bytes than announced",
      500,
      { code: 4 },
      (node, image) => upload(node, image, { size: image.length - 5000 }),
    ],
    [
      "of fewer bytes than announced",
      500,
      { code: 5 },
      (node, image) => upload(node, image, { size: image.length + 8192 }),
    ],
    [
      "of a size that does not fit",
      413,
      { error: "too_large" },
      (node, image) => upload(node, image, { size: 900_000 }),
    ],
    ["of a size of 0", 400, { error: "bad_request" }, (node, image) => upload(node, image, { size: 0 })],
    ["of an MD5 that is none", 400, { error: "bad_request" }, (node, image) => upload(node, image, { md5: "abc" })],
    ["of a fence that is none", 400, { error: "bad_request" }, (node, image) => upload(node, image, { fence: "x" })],
    ["of text", 422, { error: "invalid_image" }, (node) => uploadBare(node, Buffer.from("hello"), {})],
    ["of half of gzip's magic", 422, { error: "invalid_image" }, (node) => upload(node, Buffer.from([0x1f, 0x8c]))],
    ["of an empty file", 500, { code: 13 }, (node) => uploadBare(node, Buffer.alloc(0), {})],
    ["for a larger flash", 500, { code: 9 }, (node, image) => upload(node, withByte(image, 3, 0x40))],
  ];

  it.each(refusals)("%s is answered with %i and leaves the node as it was", async (_, status, body, attempt) => {
    await using node = await board(quick);
    const boot = (await node.get("/api/node/status?brief=1")).text.match(/"boot":\d+/)?.[0];
    const answer = await attempt(node, await imageBytes("1.1.0"));
    expect(answer).toMatchObject({ status, body: { status: "FAIL", ...body } });
    expect((await node.get("/api/node/status?brief=1")).text).toContain(boot);
    expect(await upload(node, await imageBytes("1.1.0"))).toMatchObject({ status: 200 });
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
  });

  it.each([
    ["without a length", { ...multipartType, "Transfer-Encoding": "chunked" }, 411],
    ["that is no multipart", { "Content-Type": "application/octet-stream", "Content-Length": "3" }, 400],
    [
      "with a boundary that is too long",
      { "Content-Type": `multipart/form-data; boundary=${"b".repeat(71)}`, "Content-Length": "3" },
      400,
    ],
  ])("%s is answered before anything is written", async (_, headers, status) => {
    await using node = await board();
    expect(await node.send("POST", "/api/node/update", { headers, body: "abc" })).toMatchObject({ status });
    expect((await node.get("/api/node/status")).status).toBe(200);
  });

  it.each([
    ["upload", 1],
    ["md5", 7],
  ])("by a node with the fault %s carries the updater's code", async (fault, code) => {
    await using node = await board({ ...quick, flags: ["--fail", fault] });
    expect(await upload(node, await imageBytes("1.1.0"))).toMatchObject({
      status: 500,
      body: { status: "FAIL", code },
    });
    expect(await runningVersion(node)).toBe("1.0.0");
  });
});

describeBoards("the fence", () => {
  it("lets no older update through, nor another under the same number", async () => {
    await using node = await board({ config: { restart_delay_ms: 60_000 } });
    const image = await imageBytes("1.1.0");
    const broken = { md5: "0".repeat(32) };
    expect(await upload(node, image, { fence: 7, ...broken })).toMatchObject({ status: 500, body: { code: 7 } });
    expect(await upload(node, image, { fence: 6 })).toMatchObject({ status: 409, body: { error: "stale_fence" } });
    expect(await upload(node, image, { fence: 7 })).toMatchObject({ status: 409, body: { error: "stale_fence" } });
    expect(await upload(node, image, { fence: 7, ...broken })).toMatchObject({ status: 500, body: { code: 7 } });
    expect(await upload(node, image, { fence: "9007199254740993" })).toMatchObject({ status: 200 });
  });

  it("survives a power cut", async () => {
    await using first = await board();
    const image = await imageBytes("1.1.0");
    await upload(first, image, { fence: 41, md5: "0".repeat(32) });
    await first.powerCut();
    await using second = await board({ stateDir: first.stateDir, address: first.address });
    expect(await upload(second, image, { fence: 40 })).toMatchObject({ status: 409, body: { error: "stale_fence" } });
  });
});

describeBoards("an interrupted upload", () => {
  it("leaves the node serving, and free for the next one", async () => {
    await using node = await board(quick);
    const image = await imageBytes("1.1.0");
    const body = multipart(image);
    const socket = connect(node.port, node.address);
    await once(socket, "connect");
    socket.write(
      `POST /api/node/update?size=${image.length} HTTP/1.1\r\nHost: ${node.address}\r\nContent-Type: ${multipartType["Content-Type"]}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 50_000));
    await expect.poll(() => node.console.some((line) => line.includes("update started")), soon).toBe(true);
    socket.destroy();
    await expect.poll(() => node.console.some((line) => line.includes("update interrupted")), soon).toBe(true);
    expect(await runningVersion(node)).toBe("1.0.0");
    expect((await upload(node, image)).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
  });
});

describeBoards("the boot loader", () => {
  it.each<[string, (program: Buffer) => Uint8Array | Promise<Uint8Array>]>([
    ["made with another key", (program) => packHostImage({ program, key: Buffer.alloc(32, 1) })],
    ["without a signature", (program) => packFlashContents(program)],
    ["with one byte changed", async () => withByte(await imageBytes("1.1.0"), 0x5000, 0x42)],
    ["for a real chip", () => packFlashContents(Buffer.alloc(4096, 7))],
  ])("starts no image %s; only a wire helps", async (_, make) => {
    await using node = await board(quick);
    const image = await imageBytes("1.1.0");
    const program = image.subarray(0x1020, 0x1020 + image.readUInt32LE(0x101c));
    expect((await upload(node, await make(program))).status).toBe(200);
    await expect.poll(() => node.console.some((line) => line.includes("resetting for ever")), soon).toBe(true);
    expect(await runningVersion(node)).toBeUndefined();
  });

  it("needs nothing but the board's own directory", async () => {
    const build = directoryOfTest();
    await cp(firmware().loader, join(build, "loader"));
    await cp(firmware().keyFile, join(build, "key"));
    await using first = await board({ firmware: { loader: join(build, "loader"), keyFile: join(build, "key") } });
    await rm(build, { recursive: true });
    await first.powerCut();
    await using second = await board({ stateDir: first.stateDir, address: first.address });
    expect(await runningVersion(second)).toBe("1.0.0");
  });

  it("waits as long as a reboot takes", async () => {
    await using node = await board({ ...quick, bootDelayMs: 700 });
    const startedAt = systemClock.monotonic();
    await node.post("/api/node/restart", {});
    await expect.poll(() => node.console.filter((line) => line.includes(" up after ")).length, soon).toBe(2);
    expect(systemClock.monotonic() - startedAt).toBeGreaterThan(700);
  });
});

describeBoards("an image that lies", () => {
  it("reports another version than its descriptor has", async () => {
    await using node = await board(quick);
    expect((await upload(node, await imageBytes("1.1.2"))).status).toBe(200);
    await expect.poll(() => runningVersion(node), soon).toBe("1.1.0");
  });
});

function withByte(image: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(image);
  changed[at] = value;
  return changed;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
