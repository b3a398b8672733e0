import { withoutMarks } from './escape.js';

/** Characters that take two columns of a terminal: East Asian ones and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\uffe0-\uffe6]/u;
/** Characters that are drawn on the one before them. */
const COMBINING = /\p{M}/u;
const ASCII_ONLY = /^[ -~]*$/;

/** Returns true if every character of a text is printable and takes one column. */
export function isAscii(text: string): boolean {
  return ASCII_ONLY.test(text);
}

/** Returns the number of columns that a text takes on a terminal; the text is escaped. */
export function columnsOf(text: string): number {
  if (isAscii(text)) return text.length;
  let columns = 0;
  for (const char of withoutMarks(text)) columns += widthOf(char);
  return columns;
}

function widthOf(char: string): number {
  if (COMBINING.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
