import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { fitDocument } from '../../../../src/core/verify/stored/fit.js';

interface Cut {
  truncated?: boolean;
  summary: object;
  broken: { image: string }[];
  unchecked: { message: string }[];
}

/** Returns digests, which do not compress well. */
function digests(count: number): { image: string }[] {
  return Array.from({ length: count }, (_, at) => ({ image: createHash('sha256').update(String(at)).digest('hex') }));
}

function fit(document: object, limit: number): { cut: Cut; size: number; truncated: boolean } {
  const { content, truncated } = fitDocument(document, limit);
  return { cut: JSON.parse(gunzipSync(content).toString()) as Cut, size: content.length, truncated };
}

test('keeps a document that fits', () => {
  const document = { summary: {}, broken: digests(10), unchecked: [] };
  expect(fit(document, 10_000)).toMatchObject({ cut: document, truncated: false });
});

test('keeps the counts and the first entries of one that does not', () => {
  const broken = digests(1000);
  const { cut, size, truncated } = fit({ summary: { broken: 1000 }, broken, unchecked: [] }, 10_000);
  expect(size).toBeLessThanOrEqual(10_000);
  expect([truncated, cut.truncated, cut.summary]).toEqual([true, true, { broken: 1000 }]);
  expect(cut.broken.length).toBeGreaterThan(100);
  expect(cut.broken).toEqual(broken.slice(0, cut.broken.length));
});

test('keeps that something could not be checked, whatever its size', () => {
  const long = {
    message: digests(1000)
      .map(({ image }) => image)
      .join(''),
  };
  const { cut, size } = fit({ summary: {}, broken: [], unchecked: [long] }, 5000);
  expect(size).toBeLessThanOrEqual(5000);
  expect(cut.unchecked).toEqual([{ message: long.message.slice(0, 1000) }]);
});
