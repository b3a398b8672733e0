import { jest } from '@jest/globals';
import { createProgress } from '../../../src/core/terminal/progress.js';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const CLEAR = '\r\u001b[2K';

interface FakeStream {
  stream: NodeJS.WriteStream;
  written: string[];
  /** What the line shows now. */
  line(): string;
}

function fakeStream(isTTY: boolean, columns = 80): FakeStream {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => void written.push(text) } as unknown as NodeJS.WriteStream;
  return { stream, written, line: () => written.at(-1)!.replace(CLEAR, '') };
}

const listeners = (): number =>
  process.listenerCount('exit') + process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('on a terminal', () => {
  test('one line shows phase, count, share, rate and time left', () => {
    const { stream, line } = fakeStream(true);
    const progress = createProgress(stream);
    progress.phase('deleting images', 10_000);
    expect(line()).toBe('deleting images  0/10,000  0%');
    progress.tick(2000);
    jest.advanceTimersByTime(2000);
    expect(line()).toBe('deleting images  2,000/10,000  20%  1,000/s  8s left');
    progress.phase('listing pods');
    progress.tick();
    jest.advanceTimersByTime(100);
    expect(line()).toBe('listing pods  1');
    progress.done();
  });

  test('it is drawn ten times a second at most, however often it ticks', () => {
    const { stream, written } = fakeStream(true);
    const progress = createProgress(stream);
    progress.phase('deleting', 100_000);
    for (let i = 0; i < 50_000; i++) progress.tick();
    expect(written).toHaveLength(2);
    jest.advanceTimersByTime(1000);
    expect(written).toHaveLength(12);
    progress.done();
  });

  test('the line never breaks', () => {
    const { stream, line } = fakeStream(true, 30);
    const progress = createProgress(stream);
    progress.phase('a phase with a name longer than the terminal is wide', 10);
    expect(line()).toHaveLength(29);
    progress.done();
  });

  test('other lines are not garbled', () => {
    const { stream, written } = fakeStream(true);
    const progress = createProgress(stream);
    progress.phase('listing');
    progress.log('warning: something');
    expect(written.slice(-2)).toEqual([`${CLEAR}warning: something\n`, `${CLEAR}listing`]);
    progress.done();
    progress.log('after');
    expect(written.at(-1)).toBe('after\n');
  });

  test('at its end the line is gone, the cursor is back, and nobody listens any more', () => {
    const before = listeners();
    const { stream, written } = fakeStream(true);
    const progress = createProgress(stream);
    progress.phase('listing');
    expect(written[0]).toBe(HIDE);
    expect(listeners()).toBe(before + 3);
    progress.done();
    progress.done();
    expect(written.at(-1)).toBe(CLEAR + SHOW);
    expect(written.filter((text) => text.includes(SHOW))).toHaveLength(1);
    expect(listeners()).toBe(before);
    jest.advanceTimersByTime(60_000);
    expect(written.at(-1)).toBe(CLEAR + SHOW);
  });

  test('a process that exits in the middle has its cursor back', () => {
    const { stream, written } = fakeStream(true);
    const progress = createProgress(stream);
    progress.phase('listing');
    const restore = process.listeners('exit').at(-1) as () => void;
    restore();
    expect(written.at(-1)).toBe(CLEAR + SHOW);
    progress.done();
  });

  test('a signal for which nobody else listens still ends the process, after the cursor is back', () => {
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    const { stream, written } = fakeStream(true);
    createProgress(stream).phase('listing');
    process.emit('SIGHUP', 'SIGHUP');
    expect(written.at(-1)).toBe(CLEAR + SHOW);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGHUP');
    kill.mockRestore();
  });

  test('where somebody else handles the signal, the display goes on', () => {
    const handler = (): void => undefined;
    process.on('SIGHUP', handler);
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    const progress = createProgress(fakeStream(true).stream);
    progress.phase('deleting');
    process.emit('SIGHUP', 'SIGHUP');
    expect(kill).not.toHaveBeenCalled();
    progress.done();
    process.off('SIGHUP', handler);
    kill.mockRestore();
  });
});

describe('elsewhere', () => {
  test('long work says a plain line every 30 seconds, short work nothing', () => {
    const { stream, written } = fakeStream(false);
    const progress = createProgress(stream);
    progress.phase('deleting images', 1000);
    progress.tick(100);
    jest.advanceTimersByTime(29_999);
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(written).toEqual(['deleting images  100/1,000  10%  3.3/s  4m30s left\n']);
    progress.done();
    jest.advanceTimersByTime(90_000);
    expect(written).toHaveLength(1);
  });
});

test('when it is off, only what is logged is written', () => {
  const { stream, written } = fakeStream(true);
  const progress = createProgress(stream, { enabled: false });
  progress.phase('listing', 5);
  progress.tick();
  progress.log('a warning');
  progress.done();
  jest.advanceTimersByTime(60_000);
  expect(written).toEqual(['a warning\n']);
});
