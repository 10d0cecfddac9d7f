import { crc32 } from "node:zlib";
import { SporeError } from "../base/errors.ts";
import type { ChangeEvent, Entry } from "./store.ts";

/**
 * How entries and changes lie in the file. Numbers are big-endian, so that keys made of them sort by value.
 *
 * - objects: key (UTF-8) → checksum (u32), revision (u64), value
 * - log: revision (u64), index in the commit (u32) → checksum (u32), key length (u16), flags (u16; 1: there is a value, 2: there was one before),
 *   value length (u32), previous revision (u64; 0 without), key, value, previous value
 *
 * LMDB keeps no checksums of its own. These CRC-32 speak for what follows them and for the key they are found under, so that what a worn-out SD
 * card or bad memory changed is reported, and not sent to a board as its configuration.
 */
const checksumBytes = 4;
const revisionBytes = 8;
const entryHeaderBytes = checksumBytes + revisionBytes;
const logHeaderBytes = checksumBytes + 16;
const hasValue = 1;
const hasPrevious = 2;

/** The bytes of an entry whose revision is not known yet; see `stampRevision`. Copies `value`. */
export function encodeEntry(value: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(entryHeaderBytes + value.length);
  record.set(value, entryHeaderBytes);
  return record;
}

/** Completes the bytes of the entry that will lie under `key`. */
export function stampRevision(record: Buffer, key: string, revision: number): void {
  writeRevision(record, revision, checksumBytes);
  seal(record, crc32(key));
}

/** The value inside an entry's bytes, without a copy. */
export function valueIn(record: Buffer): Uint8Array {
  return record.subarray(entryHeaderBytes);
}

export function decodeEntry(key: string, record: Buffer): Entry {
  if (record.length < entryHeaderBytes) throw malformed(`the entry ${key}`);
  if (!isSealed(record, crc32(key))) throw changed(`the entry ${key}`);
  return { key, value: valueIn(record), revision: readRevision(record, checksumBytes) };
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

export function encodeChange({ key, revision, value, previous }: ChangeEvent): Buffer {
  const name = Buffer.from(key);
  const valueLength = value?.length ?? 0;
  const record = Buffer.allocUnsafe(logHeaderBytes + name.length + valueLength + (previous?.value.length ?? 0));
  record.writeUInt16BE(name.length, checksumBytes);
  record.writeUInt16BE((value ? hasValue : 0) | (previous ? hasPrevious : 0), checksumBytes + 2);
  record.writeUInt32BE(valueLength, checksumBytes + 4);
  writeRevision(record, previous?.revision ?? 0, checksumBytes + 8);
  record.set(name, logHeaderBytes);
  if (value) record.set(value, logHeaderBytes + name.length);
  if (previous) record.set(previous.value, logHeaderBytes + name.length + valueLength);
  seal(record, seedOf(revision));
  return record;
}

/** The change in a record of the log, or undefined when its key is not under `prefix`. */
export function decodeChange(revision: number, record: Buffer, prefix: string): ChangeEvent | undefined {
  if (record.length < logHeaderBytes) throw malformed(`the change log at revision ${revision}`);
  if (!isSealed(record, seedOf(revision))) throw changed(`the change log at revision ${revision}`);
  const valueAt = logHeaderBytes + record.readUInt16BE(checksumBytes);
  const previousAt = valueAt + record.readUInt32BE(checksumBytes + 4);
  const key = record.toString("utf8", logHeaderBytes, valueAt);
  if (!key.startsWith(prefix)) return undefined;
  const flags = record.readUInt16BE(checksumBytes + 2);
  const value = flags & hasValue ? record.subarray(valueAt, previousAt) : undefined;
  if ((flags & hasPrevious) === 0) return { key, revision, value, previous: undefined };
  const previous = { key, value: record.subarray(previousAt), revision: readRevision(record, checksumBytes + 8) };
  return { key, revision, value, previous };
}

/** How far the file has come: the last revision, and the oldest that can still be read. */
export interface FileState {
  readonly head: number;
  readonly floor: number;
}

export function encodeState({ head, floor }: FileState): Buffer {
  const record = Buffer.allocUnsafe(checksumBytes + 2 * revisionBytes);
  writeRevision(record, head, checksumBytes);
  writeRevision(record, floor, checksumBytes + revisionBytes);
  seal(record, 0);
  return record;
}

export function decodeState(record: Buffer): FileState {
  if (record.length !== checksumBytes + 2 * revisionBytes) throw malformed("the record of its state");
  if (!isSealed(record, 0)) throw changed("the record of its state");
  return { head: readRevision(record, checksumBytes), floor: readRevision(record, checksumBytes + revisionBytes) };
}

/** @param seed speaks for the key. */
function seal(record: Buffer, seed: number): void {
  record.writeUInt32BE(crc32(record.subarray(checksumBytes), seed), 0);
}

function isSealed(record: Buffer, seed: number): boolean {
  return record.readUInt32BE(0) === crc32(record.subarray(checksumBytes), seed);
}

function seedOf(revision: number): number {
  return revision % 2 ** 32;
}

function writeRevision(target: Buffer, revision: number, at: number): void {
  target.writeUInt32BE(Math.floor(revision / 2 ** 32), at);
  target.writeUInt32BE(revision % 2 ** 32, at + 4);
}

function readRevision(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * 2 ** 32 + source.readUInt32BE(at + 4);
}

function malformed(what: string): SporeError {
  return damaged(`${what} is malformed`);
}

function changed(what: string): SporeError {
  return damaged(`${what} does not have its checksum any more`);
}

function damaged(what: string): SporeError {
  return new SporeError("SPORE_STORE_CORRUPT", `The store's file is damaged: ${what}.`, {
    hint: "Look after the disk. Restore the data directory from a backup, or start with an empty one and apply the manifests again.",
  });
}
