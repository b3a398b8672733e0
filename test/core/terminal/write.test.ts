import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { writeAll } from '../../../src/core/terminal/write.js';

const CHUNK = 'x'.repeat(64 * 1024);

/** Writes into a real pipe that a real program reads. */
async function intoProgram(command: string, args: string[], chunks: Iterable<string>): Promise<boolean> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  try {
    return await writeAll(child.stdin, chunks);
  } finally {
    child.stdin.destroy();
    await exited;
  }
}

test('everything is written, and each chunk is made only after the previous one was written', async () => {
  const events: string[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      events.push(`taken ${String(chunk)}`);
      setImmediate(done);
    },
  });
  function* chunks(): Generator<string> {
    for (const chunk of ['a', '', 'b', 'c']) {
      events.push(`made ${chunk}`);
      yield chunk;
    }
  }
  expect(await writeAll(stream, chunks())).toBe(true);
  expect(events).toEqual(['made a', 'taken a', 'made ', 'made b', 'taken b', 'made c', 'taken c']);
  expect(stream.listenerCount('error')).toBe(0);
});

test('a reader that closes the stream ends the writing without an error, and closes the source', async () => {
  let ended = false;
  function* endless(): Generator<string> {
    try {
      for (;;) yield CHUNK;
    } finally {
      ended = true;
    }
  }
  expect(await intoProgram('head', ['-c', '10'], endless())).toBe(false);
  expect(ended).toBe(true);
});

test('a stream that is already closed is not an error either', async () => {
  const stream = new Writable();
  stream.destroy();
  expect(await writeAll(stream, ['a'])).toBe(false);
});

test('a full disk is an error', async () => {
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(full) });
  await expect(writeAll(stream, ['a'])).rejects.toBe(full);
});

test('an error of the source is passed on', async () => {
  async function* failing(): AsyncGenerator<string> {
    yield 'a';
    throw new Error('source');
  }
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  await expect(writeAll(stream, failing())).rejects.toThrow('source');
});
