import { parse } from 'yaml';

/** Reads YAML as `kubectl` and `oc` do: version 1.1, in which `on` is a boolean and `1_000` is a number. */
export function parseYaml11(text: string): unknown {
  return parse(text, { version: '1.1' });
}

/** Strings that YAML 1.1, YAML 1.2 or Go's reader takes for something else if they are not quoted. */
export const AMBIGUOUS = [
  ...['y', 'Y', 'n', 'N', 'yes', 'Yes', 'YES', 'no', 'No', 'on', 'On', 'ON', 'off', 'OFF', 'true', 'True', 'FALSE'],
  ...['null', 'Null', 'NULL', '~', '', '=', '<<', '.inf', '-.Inf', '+.INF', '.nan', '.NaN', '+inf', 'NaN'],
  ...['0', '-1', '+1', '1_000', '-1_0', '0b11', '-0b1', '0B1', '010', '08', '0o17', '0O17', '0x1F', '0X1F', '0x_1'],
  ...[
    '1.',
    '.5',
    '-.5',
    '1.5',
    '1_0.5',
    '1e3',
    '1E3',
    '1e+3',
    '1.e+3',
    '6.8523015e+5',
    '1:20',
    '190:20:30.15',
    '1,000',
    'e3',
    '._',
  ],
  ...['2026-01-01', '2026-1-1', '2026-01-01T00:00:00Z', '2001-12-14t21:59:43.10-05:00', '2001-12-14 21:59:43.10 -5'],
];
