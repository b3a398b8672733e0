const CODES: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const ESCAPE = /\\([0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|.?)/gs;

/** Returns a quoted text without its escape sequences, which are those of Go; undefined if one is unknown. */
export function unquote(text: string): string | undefined {
  let isValid = true;
  const value = text.replaceAll(ESCAPE, (_, sequence: string) => {
    const char = CODES[sequence] ?? charOf(sequence);
    if (char === undefined) isValid = false;
    return char ?? '';
  });
  return isValid ? value : undefined;
}

function charOf(sequence: string): string | undefined {
  const code = /^[0-7]/.test(sequence) ? parseInt(sequence, 8) : parseInt(sequence.slice(1), 16);
  return sequence.length < 3 || code > 0x10ffff ? undefined : String.fromCodePoint(code);
}
