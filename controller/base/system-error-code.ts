/** The code of a failed system call, such as `ENOENT`, or of another error that Node.js names; undefined where `error` has none. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
