import { isSporeError, SporeError } from "../../base/errors.ts";
import { type Manifest, positionText } from "../../manifests/manifest.ts";

/** The error of a server, with the place in a file that it is about. */
export function placedError({ position, positionOf }: Manifest, error: SporeError): SporeError {
  const field = error.details.causes?.find((cause) => cause.field !== undefined)?.field;
  const place = positionText(field === undefined ? position : positionOf(field));
  return new SporeError(error.code, `${place}: ${error.message}`, error.details, { cause: error });
}

/** Does something with a manifest, and says of which place an error is. */
export async function placed<T>(manifest: Manifest, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw isSporeError(error) ? placedError(manifest, error) : error;
  }
}
