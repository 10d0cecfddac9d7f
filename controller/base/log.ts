/**
 * Where a program says what it does: a constant sentence, and fields. pino's shape, so that pino serves.
 * Secrets, tokens and the bodies of requests are never fields.
 */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  info(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  warn(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  error(fields: Readonly<Record<string, unknown>>, sentence: string): void;
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
