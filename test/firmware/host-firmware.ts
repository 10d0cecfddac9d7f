import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { silentLogger } from "../../controller/base/log.ts";
import { buildHostFirmware, type HostFirmware } from "../../controller/demo/build-firmware.ts";

/** The root of this checkout. */
export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Never aborts. */
export const never = new AbortController().signal;

/** The host firmware of this checkout, built once and kept between runs. */
export function builtFirmware(): Promise<HostFirmware> {
  return buildHostFirmware({ checkout, outDir: join(checkout, "build", "firmware"), signal: never, log: silentLogger });
}
