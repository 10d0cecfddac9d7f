import { checkFit } from "../../artifacts/fit.ts";
import type { ImageFacts } from "../../artifacts/image-facts.ts";
import type { Observation } from "../../drivers/driver.ts";
import type { Problem } from "../problem.ts";

/** Why an image must not go to a device; undefined when it fits as far as anybody can tell. */
export function misfitOf(image: ImageFacts, observation: Observation): Problem | undefined {
  const { platform, labels, ota } = observation;
  const app = labels?.app;
  const report = checkFit(image, {
    ...(platform !== undefined && { platform }),
    ...(app !== undefined && { app }),
    ...ota,
  });
  if (report.fits) return undefined;
  const failed = report.checks.filter(({ verdict }) => verdict === "failed");
  return {
    remedy: "stalled",
    reason: "ImageDoesNotFit",
    message: failed.map(({ name, detail }) => `${name}: ${detail}`).join(" "),
  };
}
