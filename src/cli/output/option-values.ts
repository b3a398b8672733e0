import type { FlagTable } from '../argv.js';

/** The formats of kubectl that have a template after an equals sign. */
const TEMPLATES: readonly string[] = ['jsonpath', 'jsonpath-file', 'custom-columns', 'custom-columns-file'];

/** Flags whose values can be more than one of their options. */
const READERS: Record<string, (value: string, options: readonly string[]) => string | undefined> = {
  output: (value) => {
    const name = value.split('=', 1)[0]!;
    return TEMPLATES.includes(name) ? name : value;
  },
  'sort-by': (value, options) =>
    isPath(value) ? options[0] : options.find((title) => title.toLowerCase() === value.trim().toLowerCase()),
};

/** Returns true if a value of `--sort-by` is a JSONPath, and not a title. */
export function isPath(value: string): boolean {
  return /^[.{[$@]/.test(value);
}

/**
 * Returns the option of a flag that a value stands for, such as `jsonpath` for `jsonpath={.kind}` and `SIZE` for
 * `size`; undefined if there is none.
 */
export function optionOf(flag: string, value: string, options: readonly string[]): string | undefined {
  const option = READERS[flag] ? READERS[flag](value, options) : value;
  return option !== undefined && options.includes(option) ? option : undefined;
}

/**
 * Replaces values in a normalized command line by the options that they stand for, because oclif accepts no others.
 * @returns the command line, and the whole values by flag
 */
export function withOptions(
  argv: readonly string[],
  flags: FlagTable,
): { argv: string[]; whole: Record<string, string> } {
  const whole: Record<string, string> = {};
  const end = argv.indexOf('--');
  const words = argv.map((word, at) => {
    const [, flag = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    const options = READERS[flag] && optionsOf(flags[flag]);
    const option = options && (end === -1 || at < end) ? optionOf(flag, value, options) : undefined;
    if (option === undefined) return word;
    whole[flag] = flag === 'sort-by' && !isPath(value) ? option : value;
    return `--${flag}=${option}`;
  });
  return { argv: words, whole };
}

function optionsOf(flag: FlagTable[string] | undefined): readonly string[] | undefined {
  return flag?.type === 'option' ? flag.options : undefined;
}
