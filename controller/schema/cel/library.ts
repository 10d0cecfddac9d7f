import type { Overload } from "./functions.ts";
import { addressFunctions } from "./library/addresses.ts";
import { collectionFunctions } from "./library/collections.ts";
import { conversions } from "./library/conversions.ts";
import { formatFunctions } from "./library/formats.ts";
import { insertions } from "./library/insertions.ts";
import { optionalFunctions } from "./library/optionals.ts";
import { quantityFunctions } from "./library/quantities.ts";
import { regexFunctions } from "./library/regex.ts";
import { operators } from "./library/standard.ts";
import { stringFunctions } from "./library/strings.ts";
import { timeFunctions } from "./library/times.ts";
import { urlFunctions } from "./library/urls.ts";
import { versionFunctions } from "./library/versions.ts";

/** Every function that rules may call, by name. The order of a function's forms is the order in which they are tried. */
export const functions: ReadonlyMap<string, readonly Overload[]> = byName([
  ...[...operators, ...conversions, ...timeFunctions, ...stringFunctions, ...regexFunctions, ...collectionFunctions],
  ...[...optionalFunctions, ...urlFunctions, ...addressFunctions, ...quantityFunctions, ...versionFunctions],
  ...[...formatFunctions, ...insertions],
]);

function byName(overloads: readonly Overload[]): ReadonlyMap<string, readonly Overload[]> {
  const named = new Map<string, Overload[]>();
  for (const overload of overloads) {
    const forms = named.get(overload.name);
    if (forms) forms.push(overload);
    else named.set(overload.name, [overload]);
  }
  return named;
}
