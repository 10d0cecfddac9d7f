import { flagOf, sporedOptions } from "./spored-options.ts";

/** What `spored --help` prints. */
export function helpText(): string {
  const rows = Object.entries(sporedOptions).map(([option, { placeholder, choices, summary }]) => {
    const value = placeholder ?? choices?.join(choices.length > 1 ? "|" : "");
    return [`  ${flagOf(option)}${value === undefined ? "" : ` ${value}`}`, summary] as const;
  });
  rows.push(["  --config FILE", "a YAML file of kind SporedConfiguration with these options; flags win"]);
  rows.push(["  --help, --version", "show this, or the version"]);
  const width = 34;
  const lines = rows.map(([flag, summary]) =>
    flag.length < width ? `${flag.padEnd(width)}${summary}` : `${flag}\n${" ".repeat(width)}${summary}`,
  );
  return [
    "spored: the control plane of a fleet of microcontrollers. It hears the nodes and serves the API that sporectl and kubectl speak.",
    "",
    "Usage: spored [flags]",
    "       spored user add|list|revoke: who may get in; spored user --help says more",
    "",
    ...lines,
    "",
    "Each flag has an environment variable as well: --data-dir is SPORED_DATA_DIR.",
    "",
  ].join("\n");
}
