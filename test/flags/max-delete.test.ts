import { maxDeleteFlag } from '../../src/flags/max-delete.js';

test('--max-delete is a number, a percentage or a size', () => {
  expect(maxDeleteFlag('500', 'images')).toEqual({ count: 500 });
  expect(maxDeleteFlag('20%', 'images')).toEqual({ percent: 20 });
  expect(maxDeleteFlag('10Gi', 'blobs')).toEqual({ bytes: 10 * 2 ** 30 });
});

test.each(['', 'many', '-1', '101%'])('--max-delete=%s is refused', (text) => {
  expect(() => maxDeleteFlag(text, 'images')).toThrow(
    `invalid argument "${text}" for "--max-delete": not a number of images, a percentage or a size`,
  );
});
