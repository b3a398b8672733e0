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

const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Replaces line breaks and control characters of text from a cluster, which could move a terminal's cursor. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** Formats a time as the API does, to the second; null if it is not known. */
export function timestamp(ms: number): string | null {
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
