import { findShrinkage } from '../../../../src/core/hard-prune/plan/shrunken-list.js';

test.each([
  ['nothing was known', 0, 0, false],
  ['everything is there', 6, 6, false],
  ['half is there', 6, 3, false],
  ['less than half is there', 6, 2, true],
  ['one of two was deleted', 2, 1, false],
  ['nothing is there any longer', 1, 0, true],
])('a list that was read again is suspicious if most known objects are missing: %s', (_what, before, left, found) => {
  expect(findShrinkage({ objects: 'images', before, left })).toHaveLength(found ? 1 : 0);
});
