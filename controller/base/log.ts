/** `err` is the field for an error: under another name pino would write it without its message. */
export type LogFields = Readonly<Record<string, unknown>> & { readonly error?: never };

/**
 * Where a program says what it does: a constant sentence, and fields. pino's shape, so that pino serves.
 * Secrets, tokens and the bodies of requests are never fields.
 */
export interface Logger {
  debug(fields: LogFields, sentence: string): void;
  info(fields: LogFields, sentence: string): void;
  warn(fields: LogFields, sentence: string): void;
  error(fields: LogFields, sentence: string): void;
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
