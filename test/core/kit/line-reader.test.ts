import { LineReader } from '../../../src/core/kit/line-reader.js';

const linesOf = (reader: LineReader, ...chunks: string[]): string[] =>
  chunks.flatMap((chunk) => [...reader.take(Buffer.from(chunk))]);

test('a line can arrive in many chunks, and a chunk can contain many lines', () => {
  const reader = new LineReader(100);
  expect(linesOf(reader, 'on', 'e\ntwo\nth', 'r', 'ee\n\nrest')).toEqual(['one', 'two', 'three', '']);
  expect(reader.rest).toBe('rest');
});

test('a character that is cut by a chunk is complete in its line', () => {
  const reader = new LineReader(100);
  const bytes = Buffer.from('ü\n');
  expect([...reader.take(bytes.subarray(0, 1)), ...reader.take(bytes.subarray(1))]).toEqual(['ü']);
});

test('a line that never ends is an error as soon as it is longer than the limit', () => {
  const reader = new LineReader(10);
  expect(linesOf(reader, '0123456789\n', '01234')).toEqual(['0123456789']);
  expect(() => linesOf(reader, '567890')).toThrow('longer than 10 bytes');
});
