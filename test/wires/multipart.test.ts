import { expect, it } from "vitest";
import { frameFile } from "../../controller/wires/multipart.ts";

it("frameFile frames a file so that a standard parser finds it again", async () => {
  const file = Uint8Array.from({ length: 5000 }, (_, at) => at & 0xff);
  const { contentType, before, after } = frameFile(file, "file", "firmware.bin");
  const body = Buffer.concat([before, file, after]);
  const form = await new Response(body, { headers: { "Content-Type": contentType } }).formData();
  const part = form.get("file");
  expect([...form.keys()]).toEqual(["file"]);
  expect(part).toMatchObject({ name: "firmware.bin", type: "application/octet-stream" });
  expect(part instanceof Blob && new Uint8Array(await part.arrayBuffer())).toEqual(file);
});

it("frameFile picks a short boundary that the file does not hold", () => {
  const hostile = Buffer.from("--spore-boundary\r\n--spore-boundary-1--\r\n");
  const { contentType, before, after } = frameFile(hostile, "file", "firmware.bin");
  const boundary = contentType.split("boundary=")[1] ?? "";
  expect(boundary.length).toBeLessThanOrEqual(70);
  expect(hostile.includes(`${boundary}-`)).toBe(false);
  expect(Buffer.from(before).toString().startsWith(`--${boundary}\r\n`)).toBe(true);
  expect(Buffer.from(after).toString()).toBe(`\r\n--${boundary}--\r\n`);
});
