import { optimizeLater } from '../../src/cli/optimize-later.js';

test.each([
  ['20.18.0', {}, ['--interrupt-budget=400000']],
  ['20.18.0', { confirm: true }, []],
  // V8 would print an error for an unknown flag.
  ['22.11.0', {}, []],
  ['200.1.0', {}, []],
])('the flags for Node.js %s, with the flags %j', (version, given, expected) => {
  const flags: string[] = [];
  optimizeLater(given, version, (flag) => void flags.push(flag));
  expect(flags).toEqual(expected);
});
