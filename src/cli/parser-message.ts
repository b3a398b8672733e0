type Rewrite = [pattern: RegExp, words: (match: RegExpExecArray) => string];

const invalid = (flag: string, value: string, why: string): string =>
  `invalid argument "${value}" for "--${flag}" flag: ${why}`;
const limit = (words: string): string =>
  words.replace('greater than or equal to', 'at least').replace('less than or equal to', 'at most');

/** Messages of oclif's parser (4.14), and the words of kubectl for the same. */
const REWRITES: Rewrite[] = [
  [/^Nonexistent flags?: (.+)$/s, ([, flags]) => `unknown flag: ${flags!.replaceAll(/=[^,]*/g, '')}`],
  [
    /^Flag --(\S+) expects (?:a value|one of these values: (.+))$/s,
    ([, flag, values]) => `flag needs an argument: --${flag}${values ? ` (${values})` : ''}`,
  ],
  [
    /^Expected --([^=]+)=(.*) to be one of: (.+)$/s,
    ([, flag, value, values]) => invalid(flag!, value!, `must be one of ${values}`),
  ],
  [
    /^Parsing --(\S+) \n\tExpected an integer but received: (.*)$/s,
    ([, flag, value]) => invalid(flag!, value!, 'must be a whole number'),
  ],
  [
    /^Parsing --(\S+) \n\tExpected an integer (.+) but received: (.*)$/s,
    ([, flag, words, value]) => invalid(flag!, value!, `must be ${limit(words!)}`),
  ],
  [/^Parsing --(\S+) \n\t(.*)$/s, ([, flag, words]) => `--${flag}: ${words}`],
  [/^Flag --(\S+) can only be specified once$/, ([, flag]) => `--${flag} can be specified only once`],
  [/^Unexpected argument: (.+)$/s, ([, word]) => `unexpected argument "${word}"`],
  [/^Unexpected arguments: (.+)$/s, ([, words]) => `unexpected arguments: ${words}`],
  [
    /^Expected (.*) to be one of: (.+)$/s,
    ([, value, values]) => `invalid argument "${value}": must be one of ${values}`,
  ],
  [/^Missing \d+ required args?:\n(\S+).*$/s, ([, name]) => `missing argument: ${name!.toUpperCase()}`],
  [
    /--(\S+?)=.*? cannot also be provided when using --(\S+)/s,
    ([, one, other]) => `--${one} cannot be specified with --${other}`,
  ],
  [/All of the following must be provided when using --(\S+): (.+)/, ([, flag, needed]) => `--${flag} needs ${needed}`],
];

/** Rewrites a message of oclif's parser to one line in the words of kubectl that names the flag. */
export function parserMessage(message: string): string {
  const text = message
    .replaceAll(/\u001B\[[\d;]*m/g, '')
    .replaceAll(/\nSee more help with --help/g, '')
    .trim();
  for (const [pattern, words] of REWRITES) {
    const match = pattern.exec(text);
    if (match) return words(match);
  }
  return (text.charAt(0).toLowerCase() + text.slice(1)).replaceAll(/\s*\n\s*/g, ' ');
}
