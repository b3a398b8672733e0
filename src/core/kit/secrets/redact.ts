import { hideKnown, mayContainKnown } from './known.js';
import { hidePatterns, mayContainPattern } from './patterns.js';

/** Returns true if `redact` can change the text. Cheap: everything that is printed passes it. */
export function mayContainSecret(text: string): boolean {
  return mayContainPattern(text) || mayContainKnown(text);
}

/**
 * Replaces credentials in a text: those that this process has read (`hideSecret`), and whatever has the form of a
 * credential, wherever it comes from (a server's message, a proxy, the stderr of a plugin).
 */
export function redact(text: string): string {
  return mayContainSecret(text) ? hidePatterns(hideKnown(text)) : text;
}

/** Returns a document with `redact` applied to every string in it. Keys stay. */
export function redactValues(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactValues);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redactValues(entry)]));
}
