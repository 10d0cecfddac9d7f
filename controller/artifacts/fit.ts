import { type Check, hex } from "./check.ts";
import type { ImageFacts } from "./image-facts.ts";

/** What is known of the device an image is meant for. Absent means that the device does not say. */
export interface DeviceFacts {
  readonly platform?: string;
  /** Its `app` label: the name of the program it runs. */
  readonly app?: string;
  readonly flashBytes?: number;
  /** Bytes that an update may occupy: the start of the file system less the running program, in whole sectors. */
  readonly freeSketchBytes?: number;
  readonly fsStart?: number;
  readonly flashMode?: number;
  readonly gzip?: boolean;
  readonly signed?: boolean;
}

/** Whether an image can run on a device, and every reason. */
export interface FitReport {
  /** False when any check failed: then not a byte is sent. */
  readonly fits: boolean;
  readonly checks: readonly Check[];
}

const sectorBytes = 4096;
/** PlatformIO's default layout for a board with 1 MB (`eagle.flash.1m256.ld`), which a node has unless it says otherwise. */
const assumedFsStart = 0xbb000;
const assumedFlashBytes = 1024 * 1024;
/** DOUT works on every flash chip. */
const dout = 3;

/** Sizes as flash is erased: in whole sectors. */
export function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * sectorBytes;
}

/** Holds an image against a device, without talking to it. */
export function checkFit(image: ImageFacts, device: DeviceFacts): FitReport {
  const checks =
    image.format === "esp32"
      ? [platformCheck(image, device), ...esp32Checks(image)]
      : [
          platformCheck(image, device),
          layoutCheck(image, device),
          spaceCheck(image, device),
          flashSizeCheck(image, device),
          flashModeCheck(image, device),
          ...gzipChecks(image, device),
          signatureCheck(image, device),
          ...nameChecks(image, device),
        ];
  return { fits: checks.every(({ verdict }) => verdict !== "failed"), checks };
}

/** A host program is code for the machine of whoever runs the node: only a node that says it is a host process gets it, with no override. */
function platformCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "platform";
  if (device.platform === image.platform)
    return { name, verdict: "passed", detail: `Image and device are both for ${image.platform}.` };
  if (image.platform === "host")
    return {
      name,
      verdict: "failed",
      detail: `The image is for host processes, and the device ${device.platform === undefined ? "does not say that it is one" : `is ${device.platform}`}.`,
    };
  if (device.platform === undefined && image.platform === "esp8266")
    return {
      name,
      verdict: "assumed",
      detail: "The device does not name its platform; assumed esp8266, as all upstream nodes are.",
    };
  return {
    name,
    verdict: "failed",
    detail: `The image is for ${image.platform}, the device is ${device.platform ?? "taken for esp8266"}.`,
  };
}

/** Two program slots and a rollback: none of the ESP8266's rules for space and modes applies. */
function esp32Checks(image: ImageFacts): readonly Check[] {
  return [
    { name: "chip", verdict: "assumed", detail: `The device does not name its chip; assumed ${image.chip}.` },
    image.descriptor
      ? { name: "application", verdict: "passed", detail: "The image describes an application." }
      : {
          name: "application",
          verdict: "failed",
          detail: "The image describes no application: it may be a boot loader.",
        },
  ];
}

/** New firmware that looks elsewhere for its file system loses WiFi credentials and labels. */
function layoutCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "layout";
  const wanted = image.descriptor?.fsStart;
  if (wanted === undefined)
    return {
      name,
      verdict: "assumed",
      detail: "The image does not say where it expects its file system; assumed that it is where the device has it.",
    };
  if (device.fsStart === undefined)
    return {
      name,
      verdict: "assumed",
      detail: `The image expects its file system at ${hex(wanted)}; the device does not say where it is, assumed there.`,
    };
  return wanted === device.fsStart
    ? { name, verdict: "passed", detail: `Image and device have the file system at ${hex(wanted)}.` }
    : {
        name,
        verdict: "failed",
        detail: `The image expects its file system at ${hex(wanted)}, the device has it at ${hex(device.fsStart)}: its configuration would be lost.`,
      };
}

/** The two-image rule: the running program and the new one are in flash together, below the file system. */
function spaceCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "space";
  const needed = wholeSectors(image.fileBytes);
  if (device.freeSketchBytes !== undefined) {
    const detail = `The update occupies ${needed} bytes of ${device.freeSketchBytes} that are free beside the running program.`;
    return { name, verdict: needed <= device.freeSketchBytes ? "passed" : "failed", detail };
  }
  const fsStart = device.fsStart ?? assumedStartOf(device);
  if (needed >= fsStart)
    return {
      name,
      verdict: "failed",
      detail: `The update occupies ${needed} bytes; all programs together have ${fsStart}.`,
    };
  const steady = Math.floor(fsStart / 2 / sectorBytes) * sectorBytes;
  if (needed > steady)
    return {
      name,
      verdict: "warned",
      detail: `The update occupies ${needed} bytes. The device does not say how large its program is; with one as large only ${steady} would fit below ${hex(fsStart)}.`,
    };
  return {
    name,
    verdict: "assumed",
    detail: `The update occupies ${needed} bytes; assumed ${hex(fsStart)} for two programs, of which each may have ${steady}.`,
  };
}

function assumedStartOf(device: DeviceFacts): number {
  // Boards with 2 MB or more keep the file system behind the first megabyte, which is all that a program may use.
  return (device.flashBytes ?? assumedFlashBytes) > assumedFlashBytes ? 2 * assumedFlashBytes : assumedFsStart;
}

function flashSizeCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "flash size";
  if (device.flashBytes === undefined) {
    const detail = `The image is made for ${image.flashBytes} bytes of flash; the device does not say, assumed ${assumedFlashBytes}.`;
    return { name, verdict: image.flashBytes <= assumedFlashBytes ? "assumed" : "warned", detail };
  }
  const detail = `The image is made for ${image.flashBytes} bytes of flash, the device has ${device.flashBytes}.`;
  return { name, verdict: image.flashBytes <= device.flashBytes ? "passed" : "failed", detail };
}

function flashModeCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "flash mode";
  if (image.compression === "none")
    return { name, verdict: "passed", detail: "The updater sets the flash mode of a raw image itself." };
  if (device.flashMode === undefined)
    return image.flashMode === dout
      ? {
          name,
          verdict: "assumed",
          detail: "The packed image has mode DOUT; the device does not name its mode, assumed that DOUT starts it.",
        }
      : {
          name,
          verdict: "failed",
          detail: `The packed image has mode ${image.flashMode} and the device does not name its own; a wrong one makes it unbootable. Send it unpacked.`,
        };
  const detail = `The packed image has mode ${image.flashMode}, the device ${device.flashMode}.`;
  return { name, verdict: image.flashMode === device.flashMode ? "passed" : "failed", detail };
}

function gzipChecks(image: ImageFacts, device: DeviceFacts): readonly Check[] {
  if (image.compression === "none") return [];
  const loader: Check =
    device.gzip === undefined
      ? {
          name: "gzip",
          verdict: "assumed",
          detail:
            "The device does not say whether its boot loader unpacks gzip; assumed that it does (core 2.7 or newer).",
        }
      : {
          name: "gzip",
          verdict: device.gzip ? "passed" : "failed",
          detail: device.gzip
            ? "The boot loader unpacks gzip."
            : "The boot loader cannot unpack gzip; send the image unpacked.",
        };
  const fsStart = device.fsStart ?? assumedStartOf(device);
  // Unpacking runs from the bottom while the package waits at the top: one sector between them stays free.
  const needed = wholeSectors(image.imageBytes) + sectorBytes;
  const unpacked: Check = {
    name: "unpacked size",
    verdict: needed > fsStart ? "failed" : device.fsStart === undefined ? "assumed" : "passed",
    detail: `Unpacked it has ${image.imageBytes} bytes, which with one sector of margin is ${needed} of ${fsStart}.`,
  };
  return [loader, unpacked];
}

function signatureCheck(image: ImageFacts, device: DeviceFacts): Check {
  const name = "signature";
  const signed = image.signatureBytes !== undefined;
  if (device.signed === true && !signed)
    return { name, verdict: "failed", detail: "The device takes signed images only, and this one is not." };
  if (device.signed === undefined && !signed)
    return {
      name,
      verdict: "assumed",
      detail: "The image is not signed; assumed that the device does not ask for it.",
    };
  return {
    name,
    verdict: "passed",
    detail: signed ? "The image is signed; only the device can tell by whom." : "The device takes unsigned images.",
  };
}

/** Only a warning: giving a board another program is what a group's template is for. */
function nameChecks(image: ImageFacts, device: DeviceFacts): readonly Check[] {
  const name = image.descriptor?.name;
  if (name === undefined || device.app === undefined) return [];
  return [
    name === device.app
      ? { name: "program", verdict: "passed", detail: `Image and device are both "${name}".` }
      : {
          name: "program",
          verdict: "warned",
          detail: `The image is "${name}", the device calls its program "${device.app}".`,
        },
  ];
}
