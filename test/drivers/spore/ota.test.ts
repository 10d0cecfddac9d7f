import { expect, it } from "vitest";
import { UploadFrames, uploadDeadlines, uploadRequest } from "../../../controller/drivers/spore/ota.ts";

const image = Buffer.alloc(1000, 0xe9);
const action = { kind: "InstallFirmware", image, md5: "0".repeat(32), version: "1.1.0+b", fence: 42 } as const;

it("uploadRequest says size, MD5, version and fence before the first byte", () => {
  const { path, headers, body } = uploadRequest(action, new UploadFrames().of(image), () => {});
  expect(path).toBe(`/api/node/update?size=1000&md5=${"0".repeat(32)}&version=1.1.0%2Bb&fence=42`);
  expect(headers?.["Content-Type"]).toMatch(/^multipart\/form-data; boundary=\S{1,70}$/);
  expect(body?.[1]).toBe(image);
});

it("uploadRequest reports bytes of the image, without its frame", () => {
  const frame = new UploadFrames().of(image);
  const sent: number[] = [];
  const { onSent } = uploadRequest(action, frame, ({ sentBytes }) => sent.push(sentBytes));
  for (const bytes of [10, frame.before.length + 1, frame.before.length + 1000, 5000]) onSent?.(bytes);
  expect(sent).toEqual([0, 1, 1000, 1000]);
});

it("UploadFrames frames an image once, however many nodes it goes to", () => {
  const frames = new UploadFrames();
  expect(frames.of(image)).toBe(frames.of(image));
  expect(frames.of(Buffer.from(image))).not.toBe(frames.of(image));
});

it.each([
  [15_000, 16_000],
  [432_000, 43_800],
  [16_000_000, 180_000],
])("uploadDeadlines gives %i bytes in this machine's buffers %i ms to be answered", (bytes, answerMs) => {
  expect(uploadDeadlines(bytes)).toMatchObject({ answerMs, totalMs: 180_000 });
});
