import { findDuplicateKey } from '../../../src/core/kit/duplicate-keys.js';

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['[{"a":{"b":1,"c":[{}],"b":2}}]', 'b'],
  [String.raw`{"a\"":1,"x":"a\"","a\"":2}`, String.raw`a\"`],
])('%s contains a key twice', (json, key) => {
  expect(findDuplicateKey(json)).toBe(key);
});

test.each(['{"a":"a","b":{"a":1},"c":[{"a":1},{"a":1}]}', String.raw`{"a":"{\"a\":1,\"a\":\\","b":":"}`, '"a"', '[]'])(
  '%s does not',
  (json) => {
    expect(findDuplicateKey(json)).toBeUndefined();
  },
);
