import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { ownArtifactsPath } from "../../controller/api/artifact-paths.ts";
import type { Transport } from "../../controller/api/transport.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import type { User } from "../../controller/apiserver/user.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { remoteBlobs } from "../../controller/spored/remote-blobs.ts";
import { Asker, admin, testServer } from "../support/api-server.ts";

const never = new AbortController().signal;
const image = Buffer.alloc(200_000, "image");
const digest = createHash("sha256").update(image).digest("hex");

function over(transport: Transport) {
  return remoteBlobs({ transport, clock: systemClock, under: ownArtifactsPath }, never);
}

it("remoteBlobs reads what another spored keeps, and says what it does not", async () => {
  await using server = await testServer();
  const transport = inProcessTransport(server, admin);
  const blobs = over((request) => server.handle(request, admin));
  expect(await blobs.stat(digest)).toBe(undefined);
  await expect(blobs.read(digest)).rejects.toMatchObject({ code: "SPORE_IMAGE_MISSING" });
  await new Asker(transport).send("PUT", `${ownArtifactsPath}/${digest}`, { body: image });
  expect(await blobs.stat(digest)).toMatchObject({ digest, sizeBytes: image.length });
  expect(Buffer.from(await blobs.read(digest)).equals(image)).toBe(true);
});

it("remoteBlobs needs the right to read images", async () => {
  await using server = await testServer();
  const nobody: User = { name: "eve", groups: ["system:authenticated"] };
  const blobs = over((request) => server.handle(request, nobody));
  await expect(blobs.stat(digest)).rejects.toMatchObject({ code: "SPORE_FORBIDDEN" });
  await expect(blobs.read(digest)).rejects.toMatchObject({ code: "SPORE_FORBIDDEN" });
});

it("remoteBlobs believes no server that sends something else", async () => {
  const liar = over(async () => ({
    status: 200,
    headers: {},
    body: (async function* () {
      yield Buffer.from("something else");
    })(),
  }));
  await expect(liar.read(digest)).rejects.toMatchObject({ code: "SPORE_UNAVAILABLE" });
});

it("remoteBlobs stops when the process is to end", async () => {
  const stop = new AbortController();
  const mute: Transport = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const blobs = remoteBlobs({ transport: mute, clock: systemClock, under: ownArtifactsPath }, stop.signal);
  const reading = blobs.read(digest);
  stop.abort(new TypeError("over"));
  await expect(reading).rejects.toThrow("over");
});
