import { writeFile } from "node:fs/promises";
import { valid } from "semver";
import { SporeError } from "../../base/errors.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";
import { simulatedImage } from "../../simulator/spore/simulated-image.ts";
import { exitCodes, type Io } from "../io.ts";

/** About what a program with a web server and sensors has. */
const imageBytes = 300_000;

/**
 * Writes an image that simulated nodes run, and no real board would: something to push where there is no firmware at hand. For an upstream
 * profile it does not say who it is, as upstream images do not.
 *
 * @throws SporeError `SPORE_USAGE` when `version` is no semantic version, or the file cannot be written.
 */
export async function writeSimulatedImage(file: string, version: string, profile: string, io: Io): Promise<number> {
  if (valid(version) === null) {
    throw new SporeError("SPORE_USAGE", `--image-version "${version}": no semantic version`, {
      hint: "write it as 1.2.0",
    });
  }
  const anonymous = profile !== "spore";
  const bytes = simulatedImage({ name: "base", version, sizeBytes: imageBytes, anonymous });
  try {
    await writeFile(file, bytes);
  } catch (cause) {
    throw new SporeError("SPORE_USAGE", `${file} cannot be written (${systemErrorCode(cause)})`, {}, { cause });
  }
  io.out.write(`${file}: base ${version}, ${bytes.length} bytes, for simulated ${profile} nodes\n`);
  return exitCodes.done;
}
