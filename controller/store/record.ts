import { SporeError } from "../base/errors.ts";
import type { ChangeEvent, Entry } from "./store.ts";

/**
 * How entries and changes lie in the file. Numbers are big-endian, so that keys made of them sort by value.
 *
 * - objects: key (UTF-8) → revision (u64), value
 * - log: revision (u64), index in the commit (u32) → key length (u16), flags (u16; 1: there is a value, 2: there was one before), value length
 *   (u32), previous revision (u64; 0 without), key, value, previous value
 */
const revisionBytes = 8;
const logHeaderBytes = 16;
const hasValue = 1;
const hasPrevious = 2;

/** The bytes of an entry whose revision is not known yet; see `stampRevision`. Copies `value`. */
export function encodeEntry(value: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(revisionBytes + value.length);
  record.set(value, revisionBytes);
  return record;
}

export function stampRevision(record: Buffer, revision: number): void {
  writeRevision(record, revision, 0);
}

/** The value inside an entry's bytes, without a copy. */
export function valueIn(record: Buffer): Uint8Array {
  return record.subarray(revisionBytes);
}

export function decodeEntry(key: string, record: Buffer): Entry {
  if (record.length < revisionBytes) throw malformed(`the entry ${key}`);
  return { key, value: valueIn(record), revision: readRevision(record, 0) };
}

export function logKey(revision: number, index: number): Buffer {
  const key = Buffer.allocUnsafe(revisionBytes + 4);
  writeRevision(key, revision, 0);
  key.writeUInt32BE(index, revisionBytes);
  return key;
}

export function revisionOfLogKey(key: Buffer): number {
  if (key.length !== revisionBytes + 4) throw malformed("a key of the change log");
  return readRevision(key, 0);
}

export function encodeChange({ key, value, previous }: ChangeEvent): Buffer {
  const name = Buffer.from(key);
  const valueLength = value?.length ?? 0;
  const record = Buffer.allocUnsafe(logHeaderBytes + name.length + valueLength + (previous?.value.length ?? 0));
  record.writeUInt16BE(name.length, 0);
  record.writeUInt16BE((value ? hasValue : 0) | (previous ? hasPrevious : 0), 2);
  record.writeUInt32BE(valueLength, 4);
  writeRevision(record, previous?.revision ?? 0, 8);
  record.set(name, logHeaderBytes);
  if (value) record.set(value, logHeaderBytes + name.length);
  if (previous) record.set(previous.value, logHeaderBytes + name.length + valueLength);
  return record;
}

/** The change in a record of the log, or undefined when its key is not under `prefix`. */
export function decodeChange(revision: number, record: Buffer, prefix: string): ChangeEvent | undefined {
  if (record.length < logHeaderBytes) throw malformed(`the change log at revision ${revision}`);
  const valueAt = logHeaderBytes + record.readUInt16BE(0);
  const previousAt = valueAt + record.readUInt32BE(4);
  if (previousAt > record.length) throw malformed(`the change log at revision ${revision}`);
  const key = record.toString("utf8", logHeaderBytes, valueAt);
  if (!key.startsWith(prefix)) return undefined;
  const flags = record.readUInt16BE(2);
  return {
    key,
    revision,
    value: flags & hasValue ? record.subarray(valueAt, previousAt) : undefined,
    previous:
      flags & hasPrevious ? { key, value: record.subarray(previousAt), revision: readRevision(record, 8) } : undefined,
  };
}

/** How far the file has come: the last revision, and the oldest that can still be read. */
export interface FileState {
  readonly head: number;
  readonly floor: number;
}

export function encodeState({ head, floor }: FileState): Buffer {
  const record = Buffer.allocUnsafe(2 * revisionBytes);
  writeRevision(record, head, 0);
  writeRevision(record, floor, revisionBytes);
  return record;
}

export function decodeState(record: Buffer): FileState {
  if (record.length !== 2 * revisionBytes) throw malformed("the record of its state");
  return { head: readRevision(record, 0), floor: readRevision(record, revisionBytes) };
}

function writeRevision(target: Buffer, revision: number, at: number): void {
  target.writeUInt32BE(Math.floor(revision / 2 ** 32), at);
  target.writeUInt32BE(revision % 2 ** 32, at + 4);
}

function readRevision(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * 2 ** 32 + source.readUInt32BE(at + 4);
}

function malformed(what: string): SporeError {
  return new SporeError("SPORE_STORE_CORRUPT", `The store's file is damaged: ${what} is malformed.`, {
    hint: "Restore the data directory from a backup, or start with an empty one and apply the manifests again.",
  });
}
