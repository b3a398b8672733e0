import { redact } from '../kit/secrets/redact.js';
import { escapeText } from './escape.js';

/** Formats a number with thousands separators: `12,345`. */
export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * Formats a count: `1 image stream`, `2 image streams`. `many` is the plural of a noun that does not just take an s.
 */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${thousands(count)} ${count === 1 ? noun : many}`;
}

/**
 * Removes secrets from a text and escapes it, before it is cut or wrapped: both would hide a secret's form, and widths
 * would be wrong.
 */
export function clean(text: string): string {
  return escapeText(redact(text));
}

/** Formats a time as the API does, to the second; null if it is not known. */
export function timestamp(ms: number): string | null {
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
