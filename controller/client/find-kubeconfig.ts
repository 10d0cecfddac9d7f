import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defaultDataDirectory } from "../base/data-directory.ts";

/** Which files `readKubeconfig` should read. */
export interface KubeconfigChoice {
  readonly paths: readonly string[];
  /** What the user should be told about the choice; undefined when it is the expected one. */
  readonly notice?: string;
}

/**
 * Looks where sporectl looks: the file that the user named, `$SPORE_KUBECONFIG`, what spored wrote into its default data directory, and at
 * last `$KUBECONFIG` with a notice, because that may well be another cluster. When there is nothing, the answer is the file that spored
 * would have written, so that the error names it.
 *
 * @param named the value of `--kubeconfig`.
 */
export function findKubeconfig(
  named: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): KubeconfigChoice {
  if (named !== undefined) return { paths: [named] };
  const own = environment.SPORE_KUBECONFIG;
  if (own) return { paths: own.split(delimiter).filter((path) => path !== "") };
  const written = join(defaultDataDirectory(environment), "admin.kubeconfig");
  if (existsSync(written)) return { paths: [written] };
  const paths = (environment.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  if (paths.length === 0) return { paths: [written] };
  return { paths, notice: `using $KUBECONFIG (${paths.join(delimiter)}), as there is no ${written}` };
}
