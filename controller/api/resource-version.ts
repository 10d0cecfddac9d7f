/**
 * Whether resource version `a` is later than `b`. Since Kubernetes 1.35 (KEP-5504) they are decimal integers of one growing counter; before,
 * every server in use kept to that as well.
 *
 * @returns undefined when one of them is not such a number: then nothing can be said.
 */
export function isLater(a: string | undefined, b: string | undefined): boolean | undefined {
  if (a === undefined || b === undefined || !decimal.test(a) || !decimal.test(b)) return undefined;
  return a.length === b.length ? a > b : a.length > b.length; // they outgrow what a number holds exactly
}

const decimal = /^(0|[1-9][0-9]*)$/;
