import { assertShallow } from '../../../src/core/kit/yaml-depth.js';

test.each([
  ['brackets', '['.repeat(3000)],
  ['brackets on lines of their own', '[\n'.repeat(3000)],
  ['brackets with values between them', '[a, '.repeat(3000)],
  ['JSON objects', '{"a":'.repeat(3000)],
  ['compact lists', '- '.repeat(300)],
  ['compact keys', '? '.repeat(300)],
])('rejects %s that are nested too deeply', (_name, text) => {
  expect(() => assertShallow(text)).toThrow(new SyntaxError('it is nested too deeply'));
});

test.each([
  ['closed brackets', '[]{}'.repeat(3000)],
  ['open brackets in the texts of many items', '- script: "if [ -f x"\n'.repeat(3000)],
  ['a deep but usual file', `${'  '.repeat(20)}a: [[[1]]]`],
])('accepts %s', (_name, text) => {
  expect(() => assertShallow(text)).not.toThrow();
});
