import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { createReporter } from '../../src/cli/reporter.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('every phase says which server is waited for, unless work is done meanwhile', () => {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  const stream = Object.assign(new Writable(), { isTTY: false, write }) as unknown as NodeJS.WriteStream;
  const reporter = createReporter(stream, 0);
  reporter.phase('deleting images', 10);
  const ended = reporter.waits!.begin({ server: 'registry', resource: 'blobs' });
  jest.advanceTimersByTime(58_000);
  reporter.tick();
  jest.advanceTimersByTime(2000);
  ended();
  jest.advanceTimersByTime(30_000);
  reporter.done();
  expect(written).toEqual([
    'deleting images 0 of 10 (0 %)  30s  waiting for the registry: blobs, 30s\n',
    expect.not.stringContaining('waiting'),
    expect.not.stringContaining('waiting'),
  ]);
});
