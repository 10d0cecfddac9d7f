import { statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findDescriptor } from "../../controller/artifacts/find-descriptor.ts";
import { parseImage } from "../../controller/artifacts/parse-image.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { buildHostFirmware } from "../../controller/demo/build-firmware.ts";
import { checkout, never } from "../firmware/host-firmware.ts";
import { hasTool } from "../support/machine-tools.ts";
import { directoryOfFile } from "../support/temporary-directory.ts";

const outDir = directoryOfFile();

const build = () => buildHostFirmware({ checkout, outDir, signal: never, log: silentLogger });

it.skipIf(!hasTool("compiler"))(
  "buildHostFirmware makes a loader, a private key and images that say who they are (needs a C++ compiler)",
  {
    timeout: 120_000,
  },
  async () => {
    const firmware = await build();
    expect(statSync(firmware.loader).mode & 0o111).not.toBe(0);
    expect(statSync(firmware.keyFile).mode & 0o777).toBe(0o600);
    expect(firmware.images.map(({ version }) => version)).toEqual(["1.0.0", "1.1.0", "1.1.1", "1.1.2"]);
    for (const image of firmware.images) {
      const bytes = await readFile(image.path);
      expect(bytes.length).toBeLessThanOrEqual(479_232);
      expect(findDescriptor(bytes)).toEqual({
        lookalikes: 0,
        descriptor: expect.objectContaining({
          name: "lab-sensor",
          version: image.version,
          platform: "host",
          fsStart: 0xeb000,
          minGeneration: 3,
          builtAt: expect.stringMatching(/^\d{8}T\d{6}Z$/),
        }),
      });
      expect(await parseImage(bytes)).toMatchObject({ descriptor: { version: image.version } });
    }
  },
);

it.skipIf(!hasTool("compiler"))(
  "buildHostFirmware leaves 1.0.0 without the code that 1.1.0 adds (needs a C++ compiler)",
  async () => {
    const { images } = await build();
    const [before, after] = await Promise.all(images.slice(0, 2).map(({ path }) => readFile(path)));
    expect(before?.includes("/api/lab/statistics")).toBe(false);
    expect(after?.includes("/api/lab/statistics")).toBe(true);
  },
);

it.skipIf(!hasTool("compiler"))(
  "buildHostFirmware makes nothing again that did not change (needs a C++ compiler)",
  async () => {
    const first = await build();
    const times = () => [first.loader, ...first.images.map(({ path }) => path)].map((path) => statSync(path).mtimeMs);
    const before = times();
    const startedAt = performance.now();
    expect(await build()).toEqual(first);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(times()[0]).toBe(before[0]);
  },
);

it.skipIf(!hasTool("compiler"))(
  "buildHostFirmware keeps the key, so that boards accept what is built later (needs a C++ compiler)",
  async () => {
    const { keyFile } = await build();
    const key = await readFile(keyFile);
    writeFileSync(join(outDir, "images", "stray.bin"), "x");
    await build();
    expect(await readFile(keyFile)).toEqual(key);
  },
);
