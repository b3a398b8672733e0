import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { createProgress } from '../../../src/core/terminal/create-progress.js';
import { Phase } from '../../../src/core/terminal/progress-phase.js';
import type { Progress } from '../../../src/core/terminal/progress.js';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
/** Escape sequences, and what terminals do with a carriage return. */
const CONTROL = /\u001b\[[?\d;]*[A-Za-z]|\r/g;

interface FakeStream {
  stream: NodeJS.WriteStream;
  written: string[];
  /** What the last line shows, without the spinner. */
  line(): string;
}

function fakeStream(isTTY: boolean, columns = 80): FakeStream {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  const stream = Object.assign(new Writable(), {
    isTTY,
    columns,
    rows: 24,
    write,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => written.push('CLEAR') > 0,
  }) as unknown as NodeJS.WriteStream;
  const lines = (): string[] => written.map((text) => text.replaceAll(CONTROL, '')).filter((text) => /^.  /.test(text));
  return { stream, written, line: () => lines().at(-1)!.slice(3) };
}

let progress: Progress | undefined;

/** Starts a display and waits until it is loaded. */
async function begin(fake: FakeStream, name: string, total?: number): Promise<Progress> {
  progress = createProgress(fake.stream);
  progress.phase(name, total);
  while (!fake.written.some((text) => text.includes(name.slice(0, 10)))) await Promise.resolve(import('ora'));
  return progress;
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick'] }));
afterEach(() => {
  progress?.done();
  jest.useRealTimers();
});

describe('on a terminal', () => {
  test('one line shows phase, count, share, rate and time left', async () => {
    const fake = fakeStream(true);
    const display = await begin(fake, 'deleting images', 10_000);
    expect(fake.line()).toBe('deleting images 0 of 10,000 (0 %)');
    display.tick(2000);
    jest.advanceTimersByTime(2000);
    expect(fake.line()).toBe('deleting images 2,000 of 10,000 (20 %)  1,000/s  8s left');
    display.phase('listing pods');
    display.tick();
    jest.advanceTimersByTime(100);
    expect(fake.line()).toBe('listing pods 1');
  });

  test('it is drawn only as often as the spinner turns, even with more ticks', async () => {
    const fake = fakeStream(true);
    const display = await begin(fake, 'deleting', 100_000);
    const before = fake.written.length;
    for (let i = 0; i < 50_000; i++) display.tick();
    expect(fake.written).toHaveLength(before);
    jest.advanceTimersByTime(1000);
    expect(fake.written.filter((text) => text.includes('deleting')).length).toBeLessThanOrEqual(14);
  });

  test('the line never wraps', async () => {
    const fake = fakeStream(true, 30);
    await begin(fake, 'a phase with a name longer than the terminal is wide', 10);
    expect(fake.line()).toBe('a phase wit… 0 of 10 (0 %)');
  });

  test('bytes are shown as sizes, and never more than the total', async () => {
    const fake = fakeStream(true);
    const display = await begin(fake, 'saving images', 2 ** 21);
    display.phase('saving images', 2 ** 21, 'bytes');
    display.tick(2 ** 20);
    jest.advanceTimersByTime(100);
    expect(fake.line()).toBe('saving images 1 MiB of 2 MiB (50 %)');
    display.tick(2 ** 22);
    jest.advanceTimersByTime(100);
    expect(fake.line()).toBe('saving images 2 MiB of 2 MiB (100 %)');
  });

  test('other lines are not garbled: the display is cleared before them and drawn again below', async () => {
    const fake = fakeStream(true);
    const display = await begin(fake, 'listing');
    fake.written.splice(0);
    display.log('warning: something');
    expect(fake.written.slice(0, 2)).toEqual(['CLEAR', 'warning: something\n']);
    expect(fake.line()).toBe('listing');
    display.done();
    display.log('after');
    expect(fake.written.at(-1)).toBe('after\n');
  });

  test('at its end the line is gone and the cursor is back', async () => {
    const before = process.listenerCount('exit');
    const fake = fakeStream(true);
    const display = await begin(fake, 'listing');
    expect(fake.written[0]).toBe(HIDE);
    display.done();
    display.done();
    expect(fake.written.slice(-2)).toEqual(['CLEAR', SHOW]);
    expect(fake.written.filter((text) => text.includes(SHOW))).toHaveLength(1);
    expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
    jest.advanceTimersByTime(60_000);
    expect(fake.written.at(-1)).toBe(SHOW);
  });

  test('work that ends before the display is loaded shows nothing', async () => {
    const fake = fakeStream(true);
    progress = createProgress(fake.stream);
    progress.phase('listing');
    progress.done();
    await import('ora');
    await Promise.resolve();
    expect(fake.written).toEqual([]);
  });
});

test('what a phase waits for is more important than its rate', () => {
  const phase = new Phase('deleting images', 10_000, 'items', () => [
    'waiting for the registry: blobs, 5s',
    'waiting, 5s',
  ]);
  phase.count = 2000;
  jest.advanceTimersByTime(2000);
  const begin = 'deleting images 2,000 of 10,000 (20 %)';
  for (const expected of [
    `${begin}  1,000/s  8s left  waiting for the registry: blobs, 5s`,
    `${begin}  1,000/s  waiting for the registry: blobs, 5s`,
    `${begin}  waiting for the registry: blobs, 5s`,
    `${begin}  waiting, 5s`,
    `${begin.replace(/ \(.*/, '')}  waiting, 5s`,
    begin,
  ])
    expect(phase.text(expected.length)).toBe(expected);
});

describe('without a terminal, or on one of unknown width', () => {
  test('a line ends with what the phase waits for at that time', () => {
    const { stream, written } = fakeStream(false);
    progress = createProgress(stream);
    let details: string[] = [];
    progress.phase('checking clusters', 10, 'items', () => details);
    jest.advanceTimersByTime(30_000);
    details = ['waiting for sno-1', 'waiting'];
    progress.tick(3);
    jest.advanceTimersByTime(30_000);
    expect(written).toEqual([
      'checking clusters 0 of 10 (0 %)  30s\n',
      'checking clusters 3 of 10 (30 %)  0.1/s  2m20s left  waiting for sno-1\n',
    ]);
  });

  test.each([
    [false, 80],
    [true, 0],
  ])('long work prints a plain line every 30 seconds, short work nothing (%s, %d)', (isTTY, columns) => {
    const { stream, written } = fakeStream(isTTY, columns);
    progress = createProgress(stream);
    progress.phase('deleting images', 1000);
    progress.tick(100);
    jest.advanceTimersByTime(29_999);
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(written).toEqual(['deleting images 100 of 1,000 (10 %)  3.3/s  4m30s left\n']);
    progress.done();
    jest.advanceTimersByTime(90_000);
    expect(written).toHaveLength(1);
  });
});

test('if it is turned off, only logged lines are written', () => {
  const { stream, written } = fakeStream(true);
  const progress = createProgress(stream, { enabled: false });
  progress.phase('listing', 5);
  progress.tick();
  progress.log('a warning');
  progress.done();
  jest.advanceTimersByTime(60_000);
  expect(written).toEqual(['a warning\n']);
});
