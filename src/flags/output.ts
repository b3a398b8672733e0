import { Flags } from '@oclif/core';
import type { MainTable } from '../core/terminal/main-table.js';

/** Flags of every command. */
export const commonFlags = {
  loglevel: Flags.integer({
    char: 'v',
    helpGroup: 'OUTPUT',
    helpValue: 'N',
    default: 0,
    min: 0,
    description:
      'verbosity of log output on stderr (4: why objects are kept, 6: requests, 7: their headers, 8: headers of responses; higher levels show the same)',
  }),
  quiet: Flags.boolean({
    char: 'q',
    helpGroup: 'OUTPUT',
    allowNo: true,
    description: 'write only errors and failures to stderr: no header, hints, notes, warnings and progress',
  }),
  'no-color': Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'disable colors, like NO_COLOR' }),
};

/** The formats of kubectl that take a template: `-o jsonpath=…`. */
const TEMPLATES = ['jsonpath', 'jsonpath-file'] as const;
const COLUMNS = ['custom-columns', 'custom-columns-file'] as const;

/**
 * `-o`, its short form `--json`, and how tables are laid out, for commands whose result is one document. The value of
 * `-o` is a format, or one with its template (`jsonpath={.kind}`): see cli/output/option-values.ts.
 * @param main the main table, if there is one
 */
export function outputFlags<const T extends string>(options: readonly T[], fallback: T, main?: MainTable) {
  return {
    output: Flags.string({
      char: 'o',
      helpGroup: 'OUTPUT',
      options: [...options, ...(main ? COLUMNS : []), ...TEMPLATES],
      default: fallback,
      description: 'format of the result on stdout',
    }),
    json: Flags.boolean({ helpGroup: 'OUTPUT', allowNo: false, description: 'the same as -o json' }),
    'no-headers': Flags.boolean({
      helpGroup: 'OUTPUT',
      allowNo: false,
      description: 'print tables and custom columns without their line of titles',
    }),
    ...(main
      ? {
          'sort-by': Flags.string({
            helpGroup: 'OUTPUT',
            helpValue: 'COLUMN',
            options: Object.keys(main.columns),
            description: `sort the table and the array ${main.array} of the document by a column, or by a JSONPath such as {.status}`,
          }),
        }
      : {}),
  };
}
