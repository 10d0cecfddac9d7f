import type { ImageFacts } from "../../artifacts/image-facts.ts";
import { parseImage } from "../../artifacts/parse-image.ts";
import { isSporeError } from "../../base/errors.ts";
import { LruMap } from "../../base/lru-map.ts";
import { crashMarker } from "./simulated-image.ts";

/** What stands in a board's flash, as far as anybody can see. */
export interface FlashedImage {
  readonly sizeBytes: number;
  /** Of flash bytes 0 to `sizeBytes` - 1, so after the updater's flash-mode patch. */
  readonly md5: string;
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT. */
  readonly flashMode: number;
  /** What its descriptor says. */
  readonly name?: string;
  readonly version?: string;
  /** `crashes`: in the application, so that a safe mode helps. `never`: the chip does not get as far. */
  readonly boots: "runs" | "crashes" | "never";
}

const damaged = { sizeBytes: 0, md5: "0".repeat(32), flashMode: 3, boots: "never" } as const satisfies FlashedImage;

/** What is left of an image whose writing was interrupted. */
export function brokenImage(sizeBytes: number): FlashedImage {
  return { ...damaged, sizeBytes };
}

/** Images that are remembered. */
const imagesMax = 64;

/** Says what boards make of the images they are sent. Each image is parsed once, however many boards it goes to. */
export class ImageReader {
  readonly #programs = new LruMap<string, Promise<Program | undefined>>(imagesMax);

  /**
   * @param file as it was sent.
   * @param md5 of `file`.
   * @param flashMode of the running image, which the updater writes into the header of the new one.
   */
  async read(file: Uint8Array, md5: string, flashMode: number): Promise<FlashedImage> {
    const program = await this.#programs.getOrMake(md5, () => programIn(file));
    if (program?.facts.format !== "esp8266") return { ...damaged, sizeBytes: file.length, md5 };
    const { facts, boots } = program;
    const packed = facts.compression === "gzip";
    const mode = packed ? facts.flashMode : flashMode;
    return {
      sizeBytes: facts.imageBytes,
      md5: (packed ? facts.flashMd5[0] : facts.flashMd5[mode]) ?? md5,
      flashMode: mode,
      ...(facts.descriptor?.name !== undefined && { name: facts.descriptor.name }),
      ...(facts.descriptor?.version !== undefined && { version: facts.descriptor.version }),
      boots,
    };
  }
}

/** What a file says of itself, and what it does on a chip. */
interface Program {
  readonly facts: ImageFacts;
  readonly boots: FlashedImage["boots"];
}

async function programIn(file: Uint8Array): Promise<Program | undefined> {
  try {
    const facts = await parseImage(file);
    return { facts, boots: behaviour(facts, file) };
  } catch (error) {
    // The parser's own refusal is what a board shows by not starting; anything else is a fault of ours.
    if (isSporeError(error, "SPORE_IMAGE_INVALID")) return undefined;
    throw error;
  }
}

/** A chip hangs in an image that only host boards can run: its entry point is a jump to itself. */
function behaviour(facts: ImageFacts, file: Uint8Array): FlashedImage["boots"] {
  if (facts.platform !== "esp8266") return "never";
  return Buffer.from(file.buffer, file.byteOffset, file.byteLength).includes(crashMarker) ? "crashes" : "runs";
}
