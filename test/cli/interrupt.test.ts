import { jest } from '@jest/globals';
import { exitOnSignals, interruptible, RESTORING, STOPPING } from '../../src/cli/interrupt.js';
import { RegadmError } from '../../src/core/model/errors.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { start, type Run } from '../support/guarded.js';

describe('the program', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.stop());

  /** Starts a command whose roll-out never ends, and returns once the command waits for it. */
  async function waiting(...args: string[]): Promise<Run> {
    sandbox = await startSandbox({ sample: true, rolloutStepMs: 'manual' });
    const run = start(sandbox, args);
    await new Promise<void>((resolve) =>
      sandbox.onRequest(({ method, path }) => {
        const changed = sandbox.requests.some((request) => request.method === 'PATCH');
        if (changed && method === 'GET' && path.includes('/deployments/')) resolve();
      }),
    );
    return run;
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops registry readonly with exit status %i', async (signal, code) => {
    const { child, ended } = await waiting('registry', 'readonly', 'on', '-o', 'json');
    child.kill(signal);
    const { status, stdout, stderr } = await ended;
    expect(status).toBe(code);
    expect(stderr).toContain(`${STOPPING}\n`);
    expect(stderr).toContain(`error: interrupted by ${signal}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' });
    expect(stderr).toContain('show the progress of the roll-out: regadm registry readonly');
  });

  test.each([
    ['a dry run', []],
    ['a confirmed run', ['--confirm']],
  ])('Ctrl-C during the checks of %s ends it', async (_what, flags) => {
    sandbox = await startSandbox({ sample: true });
    const checking = new Promise<void>((resolve) =>
      sandbox.onRequest(({ path }) => {
        if (!path.includes('selfsubjectaccessreviews')) return undefined;
        resolve();
        return { do: 'hang' };
      }),
    );
    const { child, ended } = start(sandbox, ['prune', 'images', '-o', 'json', ...flags]);
    await checking;
    child.kill('SIGINT');
    const { status, stdout } = await ended;
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' });
    expect(sandbox.requests.filter(({ method }) => method === 'DELETE' || method === 'PUT')).toEqual([]);
  });

  test('with --quiet, it still says what happens', async () => {
    const { child, ended } = await waiting('registry', 'readonly', 'on', '--quiet');
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    expect({ status, start: stderr.split('\n').slice(0, 2) }).toEqual({
      status: 130,
      start: [STOPPING, 'error: interrupted by SIGINT'],
    });
  });

  test('a second signal stops it at once, even if the server no longer responds', async () => {
    const { child, ended } = await waiting('prune', 'hard', '--confirm', '--rules=registry');
    sandbox.onRequest(() => ({ do: 'hang' }));
    child.stderr!.on('data', (text: string) => void (text.includes(RESTORING) && child.kill('SIGTERM')));
    child.kill('SIGINT');
    expect((await ended).status).toBe(143);
  });
});

describe('interruptible', () => {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  const aborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  const listeners = (): number =>
    ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'].reduce(
      (sum, name) => sum + process.listenerCount(name),
      process.stdout.listenerCount('error') + process.stderr.listenerCount('error'),
    );

  beforeEach(() => void notes.splice(0));

  test('an unhandled rejection aborts the work, which can still clean up', async () => {
    const before = listeners();
    let cleaned = false;
    const work = interruptible((signal) => aborted(signal).finally(() => (cleaned = true)), { note });
    process.emit('unhandledRejection', new Error('a bug'), Promise.resolve());
    await expect(work).rejects.toMatchObject({ code: 'INTERNAL', message: 'a bug' });
    expect(cleaned).toBe(true);
    expect(listeners()).toBe(before);
  });

  test('INTERRUPTED replaces the error of a request that the signal canceled', async () => {
    const work = interruptible((signal) => aborted(signal).catch(() => Promise.reject(new Error('socket hang up'))), {
      note,
      message: 'restoring',
      suggestions: ['run it again'],
    });
    process.emit('SIGINT', 'SIGINT');
    await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130, suggestions: ['run it again'] });
    expect(notes).toEqual(['restoring']);
  });

  test('an error that reports more than the interruption, with its exit status, is kept', async () => {
    const notRestored = new RegadmError('not restored', { code: 'NOT_RESTORED', exitCode: 143 });
    const work = interruptible((signal) => aborted(signal).catch(() => Promise.reject(notRestored)), { note });
    process.emit('SIGTERM', 'SIGTERM');
    await expect(work).rejects.toBe(notRestored);
  });

  test('a closed pipe at stderr does not end the work', async () => {
    const work = interruptible(
      () => {
        process.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        return Promise.resolve('done');
      },
      { note },
    );
    await expect(work).resolves.toBe('done');
  });
});

test('outside of the work, a signal ends the process by its exit status', async () => {
  const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const before = process.listenerCount('SIGTERM');
  const undo = exitOnSignals();
  process.emit('SIGTERM', 'SIGTERM');
  expect(exit.mock.calls).toEqual([[143]]);
  const work = interruptible(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    { note: () => {} },
  );
  process.emit('SIGTERM', 'SIGTERM');
  await expect(work).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
  expect(exit).toHaveBeenCalledTimes(1);
  undo();
  expect(process.listenerCount('SIGTERM')).toBe(before);
  exit.mockRestore();
});
