/** A number with its thousands apart: `12,345`. */
export function thousands(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 image stream`, `2 image streams`. */
export function plural(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Text from a cluster in one line and without control characters, which could move a terminal's cursor or repaint it. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** A moment as the API writes it, to the second; null when it is not known. */
export function timestamp(ms: number): string | null {
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
