import { LogLines } from '../../../src/core/terminal/log-lines.js';

/** The lines of a log that arrives in pieces of this many bytes. */
function lines(log: string, size: number): string[] {
  const written: string[] = [];
  const bytes = Buffer.from(log);
  const collector = new LogLines((line) => written.push(line));
  for (let at = 0; at < bytes.length; at += size) collector.push(bytes.subarray(at, at + size));
  collector.end();
  return written;
}

test.each([1, 3, 7, 1000])('lines are whole, whatever the size of the pieces: %d bytes', (size) => {
  expect(lines('größe 漢字\nsecond\r\n\n\ttabbed\nno end', size)).toEqual([
    'größe 漢字',
    'second',
    '',
    '    tabbed',
    'no end',
  ]);
});

test('a private key is hidden as a whole', () => {
  const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- after';
  expect(lines(`before ${key}\nnext`, 5)).toEqual(['before (hidden)', '(hidden) after', 'next']);
});

test('a line without end takes a limited amount of memory', () => {
  const written = lines('word '.repeat(50_000), 4096);
  expect(written.length).toBeGreaterThan(2);
  expect(written.join('')).toBe('word '.repeat(50_000));
});
