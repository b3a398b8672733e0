import { columnsOf } from './width.js';

/** Wraps a text into lines of at most `width`; breaks only words that are longer than a line. */
export function wrapped(text: string, width: number): string[] {
  return filled(
    text.split(' ').flatMap((word) => pieces(word, width)),
    width,
  );
}

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

/** Breaks a word that is longer than `width`, if possible behind a slash, a dot or an equals sign. */
function pieces(word: string, width: number): string[] {
  if (word.length <= width || width < 1) return [word];
  const at = Math.max(...['/', '.', '='].map((sign) => word.lastIndexOf(sign, width - 1) + 1)) || width;
  return [word.slice(0, at), ...pieces(word.slice(at), width)];
}
