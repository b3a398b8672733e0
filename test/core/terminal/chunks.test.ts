import { inChunks } from '../../../src/core/terminal/chunks.js';

test('joins texts, and keeps bytes as they are, in order', () => {
  const bytes = Buffer.from('bytes');
  expect([...inChunks(['a', 'b', 'cd', bytes, 'e', 'f'], 3)]).toEqual(['abcd', bytes, 'ef']);
  expect([...inChunks([bytes, bytes])]).toEqual([bytes, bytes]);
  expect([...inChunks([])]).toEqual([]);
});
