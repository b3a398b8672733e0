import { isRecord } from '../../model/values/json.js';

/** A day in the names of directories: `2026-11-26`. */
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A digest without its algorithm. */
const HEX = /^[0-9a-f]{64}$/;

// Readers of fields: each returns a value of the expected type, or throws an Error that names the field.

export function record(value: unknown, field: string): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw invalid(field);
}

export function list(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(field);
}

export function text(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(field);
}

export function texts(value: unknown, field: string): string[] {
  return list(value, field).map((item) => text(item, field));
}

/** The end of what is a time, in ms since the epoch: the year 2200. No storage has written a file later. */
const LAST_TIME = Date.UTC(2200, 0);

/** Reads a time. One that is far in the future would keep the trash from ever being deleted. */
export function time(value: unknown, field: string): number {
  if (isTime(value)) return value;
  throw invalid(field);
}

export const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < LAST_TIME;

/** Reads a finite number, not below 0. */
function amount(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw invalid(field);
}

/** Reads a size. One that was not known, NaN, is null in JSON. */
export const size = (value: unknown, field: string): number => (value === null ? NaN : amount(value, field));

export function hexDigits(value: unknown, field: string): string {
  if (typeof value === 'string' && HEX.test(value)) return value;
  throw invalid(field);
}

/** Reads a field that can be absent. */
export function optional<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, field);
}

export const invalid = (field: string): Error => new Error(`${field} is missing or not valid`);

/** @throws Error for a file that another version of regadm has written */
export function checkVersion(file: Record<string, unknown>): void {
  if (file.version === 1) return;
  if (typeof file.version === 'number')
    throw new Error(`it has version ${file.version}, and this regadm reads version 1`);
  throw invalid('version');
}
