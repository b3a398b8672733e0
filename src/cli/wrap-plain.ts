/** Characters that are one column wide everywhere: printable ASCII, dashes, typographic quotes and the ellipsis. */
const PLAIN = /^[\n\x20-\x7e\u2013\u2014\u2018-\u201d\u2026]*$/;

/**
 * Wraps plain text like `wrap-ansi` with `{ hard: true }`, which needs most of the time of a help.
 * @returns undefined if the text is not plain, or if a word is longer than a line
 */
export function wrapPlain(text: string, columns: number): string | undefined {
  if (!PLAIN.test(text)) return undefined;
  const lines = text.split('\n').map((line) => wrapLine(line, columns));
  return lines.includes(undefined) ? undefined : lines.join('\n');
}

function wrapLine(line: string, columns: number): string | undefined {
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (word.length > columns) return undefined;
    if (row !== '') row += ' ';
    if (row !== '' && word !== '' && row.length + word.length > columns) {
      rows.push(row);
      row = '';
    }
    row += word;
  }
  return [...rows, row].map((each) => each.replace(/ +$/, '')).join('\n');
}
