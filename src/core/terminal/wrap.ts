import { columnsOf } from './width.js';

/** Wraps a text between its words: a name or command that is longer than `width` stays whole. */
export function wrappedWords(text: string, width: number): string[] {
  return filled(text.split(' '), width);
}

function filled(words: readonly string[], width: number): string[] {
  const lines: string[] = [''];
  for (const word of words) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (columnsOf(longer) > width && lines.at(-1) !== '') lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
