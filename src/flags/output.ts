import { Flags } from '@oclif/core';

/** Flags of every command. */
export const commonFlags = {
  loglevel: Flags.integer({
    char: 'v',
    helpGroup: 'OUTPUT',
    helpValue: 'N',
    default: 0,
    min: 0,
    max: 10,
    description: 'verbosity of log output on stderr (4: why objects are kept, 6: requests, 8: request details)',
  }),
  'no-color': Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'disable colors, like NO_COLOR' }),
};

/** `-o json` and its short form `--json`, for commands whose result is one document. */
export function outputFlags<const T extends string>(options: readonly T[], fallback: T) {
  return {
    output: Flags.string({
      char: 'o',
      helpGroup: 'OUTPUT',
      options: [...options],
      default: fallback,
      description: 'format of the result on stdout',
    }),
    json: Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'the same as -o json' }),
  };
}
