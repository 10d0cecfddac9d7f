import type { FirmwareSpec } from "../api/firmware.ts";
import type { Check } from "./check.ts";
import type { ImageFacts } from "./image-facts.ts";

/** Holds what a Firmware object declares against what its image says. `failed` means that they contradict each other. */
export function checkDeclared(spec: Pick<FirmwareSpec, "platform" | "version">, image: ImageFacts): readonly Check[] {
  const version = image.descriptor?.version;
  return [
    spec.platform === image.platform
      ? { name: "declared platform", verdict: "passed", detail: `The image is for ${image.platform}, as declared.` }
      : {
          name: "declared platform",
          verdict: "failed",
          detail: `Declared is ${spec.platform}, the image is for ${image.platform}.`,
        },
    version === undefined
      ? {
          name: "declared version",
          verdict: "assumed",
          detail: `The image carries no version; assumed ${spec.version}, as declared.`,
        }
      : {
          name: "declared version",
          verdict: version === spec.version ? "passed" : "failed",
          detail: `Declared is ${spec.version}, the image says ${version}.`,
        },
  ];
}
