import { HIDDEN } from './known.js';
import { redact } from './redact.js';

/** Minimum length of a word that can be a credential without a digit in it, in characters. */
const LONG_WORD = 20;

/**
 * Hides every word that can be a credential: for text of a program that handles credentials which this process has
 * never seen, such as the stderr of an exec plugin. Ordinary words, numbers and addresses without user, query and
 * fragment stay.
 */
export function redactWords(text: string): string {
  return redact(text).replaceAll(/[^\s"'`,;()<>[\]{}]+/g, (word) => (isHarmless(word) ? word : HIDDEN));
}

function isHarmless(word: string): boolean {
  if (/^https?:\/\/[\w.:…@-]+(?:\/[a-z.\/_-]*)?$/i.test(word)) return true;
  if (/^[\d.:/%-]+$/.test(word)) return true;
  return !/\d/.test(word) && word.length < LONG_WORD;
}
