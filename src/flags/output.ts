import { Flags } from '@oclif/core';

/** What every command takes. */
export const commonFlags = {
  loglevel: Flags.integer({
    char: 'v',
    helpGroup: 'OUTPUT',
    helpValue: 'N',
    default: 0,
    min: 0,
    max: 10,
    description: 'how much is said on stderr: 4 why each thing is kept, 6 requests, 8 requests in detail',
  }),
  'no-color': Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'no colours; NO_COLOR does the same' }),
};

/** `-o json` and its short form `--json`, for commands whose result is one document. */
export function outputFlags<const T extends string>(options: readonly T[], fallback: T) {
  return {
    output: Flags.string({
      char: 'o',
      helpGroup: 'OUTPUT',
      options: [...options],
      default: fallback,
      description: 'form of the result on stdout',
    }),
    json: Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'the same as -o json' }),
  };
}
