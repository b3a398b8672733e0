import { optimizeLater } from '../../src/cli/optimize-later.js';

test.each([
  ['20.18.0', ['--interrupt-budget=400000']],
  // V8 would print an error for an unknown flag.
  ['22.11.0', []],
  ['200.1.0', []],
])('the flags for Node.js %s', (version, expected) => {
  const flags: string[] = [];
  optimizeLater(version, (flag) => void flags.push(flag));
  expect(flags).toEqual(expected);
});
