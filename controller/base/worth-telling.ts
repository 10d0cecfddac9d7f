/** Whether the `failures`-th failure in a row deserves a line in the log: each doubling does, so an outage is told and floods nothing. */
export function isWorthTelling(failures: number): boolean {
  return Math.log2(failures) % 1 === 0;
}
