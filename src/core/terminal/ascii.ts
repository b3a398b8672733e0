const REPLACEMENTS: Record<string, string> = {
  '…': '...',
  '→': '->',
  '←': '<-',
  '×': 'x',
  '–': '-',
  '—': '-',
  '−': '-',
  '·': '-',
  '•': '*',
  µ: 'u',
  μ: 'u',
  '≥': '>=',
  '≤': '<=',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '✔': 'ok',
  '✖': 'x',
};

/**
 * Returns true in a C locale, in which text is ASCII. If no locale is set, it is UTF-8.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
 */
export function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv = process.env): boolean {
  return /^(?:C|POSIX)$/.test(LC_ALL || LC_CTYPE || LANG || '');
}

/** Returns an ASCII text for a character beyond ASCII, if it has one; undefined for those of names. */
export function asciiOf(char: string): string | undefined {
  return REPLACEMENTS[char];
}
