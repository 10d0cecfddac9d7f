import { isLongRun } from "./long-run.ts";

/**
 * The kubeconfig, with all rights, of a kube-apiserver 1.34 that does not belong to the project and may be played with. Its recorded answers are what ordinary runs
 * compare with; where it is named, it is asked again.
 */
export const referenceKubeconfig = process.env.SPORE_REFERENCE_KUBECONFIG;

/** Whether tests that ask it are there: in long runs, which name them as skipped where it is not, and wherever it is named. */
export const asksReference = isLongRun || referenceKubeconfig !== undefined;
