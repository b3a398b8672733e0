import fc from 'fast-check';
import { largestFirst } from '../../../src/core/kit/largest-first.js';

test('the largest come first, equal ones in their order, and a limited list is the beginning of the whole one', () => {
  expect(largestFirst([1, 3, 2, 3], Infinity)).toEqual([1, 3, 2, 0]);
  fc.assert(
    fc.property(fc.array(fc.nat(5)), fc.nat(8), (values, limit) => {
      expect(largestFirst(values, limit)).toEqual(largestFirst(values, Infinity).slice(0, limit));
    }),
  );
});
