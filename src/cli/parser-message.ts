type Rewrite = [pattern: RegExp, words: (match: RegExpExecArray) => string];

const invalid = (flag: string, value: string, why: string): string =>
  `invalid argument "${value}" for "--${flag}" flag: ${why}`;
const limit = (words: string): string =>
  words.replace('greater than or equal to', 'at least').replace('less than or equal to', 'at most');

/** Messages of oclif's parser (4.14), and how kubectl says the same. */
const REWRITES: Rewrite[] = [
  [/^Nonexistent flags?: (.+)$/s, ([, flags]) => `unknown flag: ${flags!.replaceAll(/=[^,]*/g, '')}`],
  [
    /^Flag --(\S+) expects (?:a value|one of these values: (.+))$/s,
    ([, flag, values]) => `flag needs an argument: --${flag}${values ? ` (${values})` : ''}`,
  ],
  [
    /^Expected --([^=]+)=(.*) to be one of: (.+)$/s,
    ([, flag, value, values]) => invalid(flag!, value!, `it takes ${values}`),
  ],
  [
    /^Parsing --(\S+) \n\tExpected an integer but received: (.*)$/s,
    ([, flag, value]) => invalid(flag!, value!, 'not a whole number'),
  ],
  [
    /^Parsing --(\S+) \n\tExpected an integer (.+) but received: (.*)$/s,
    ([, flag, words, value]) => invalid(flag!, value!, `it must be ${limit(words!)}`),
  ],
  [/^Parsing --(\S+) \n\t(.*)$/s, ([, flag, words]) => `--${flag}: ${words}`],
  [/^Flag --(\S+) can only be specified once$/, ([, flag]) => `--${flag} can be given only once`],
  [/^Unexpected arguments?: (.+)$/s, ([, words]) => `no arguments are allowed to this command, but there is: ${words}`],
  [/^Expected (.*) to be one of: (.+)$/s, ([, value, values]) => `invalid argument "${value}": it takes ${values}`],
  [/^Missing \d+ required args?:\n(\S+).*$/s, ([, name]) => `the argument ${name!.toUpperCase()} is missing`],
  [
    /--(\S+?)=.*? cannot also be provided when using --(\S+)/s,
    ([, one, other]) => `--${one} cannot be specified with --${other}`,
  ],
  [/All of the following must be provided when using --(\S+): (.+)/, ([, flag, needed]) => `--${flag} needs ${needed}`],
];

/** What oclif's parser says, in lower case, on one line, in the words of kubectl, and naming the flag. */
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
