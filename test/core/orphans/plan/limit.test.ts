import { assertWithinLimit } from '../../../../src/core/orphans/plan/limit.js';
import { digest } from '../../../support/builders.js';
import { parseMaxDelete } from '../../../../src/core/model/values/max-delete.js';

const plan = {
  blobs: Array.from({ length: 10 }, (_, index) => ({ digest: digest(index), bytes: 100 })),
  bytes: 1000,
  totalBlobs: 50,
};

test.each(['9', '19%', '999', '0'])('a limit of %s refuses the plan', (text) => {
  expect(() => assertWithinLimit(plan, parseMaxDelete(text === '999' ? '0.9Ki' : text))).toThrow(
    'larger than --max-delete allows',
  );
});

test.each(['10', '20%', '1Ki', '100%'])('a limit of %s allows the plan', (text) => {
  assertWithinLimit(plan, parseMaxDelete(text));
});

test('without a limit, every plan is allowed', () => {
  assertWithinLimit(plan, undefined);
});

test.each(['', 'many', '-1', '101%', '5 %'])('"%s" is not a limit', (text) => {
  expect(parseMaxDelete(text)).toBeUndefined();
});
