import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { hideSecret } from '../../../src/core/kit/secrets/known.js';
import { styles } from '../../../src/core/terminal/color.js';
import { Writer } from '../../../src/core/terminal/writer.js';
import { processorTime } from '../../support/processor-time.js';

const CHUNK = `${'x'.repeat(64 * 1024)}\n`;

const writerOf = (stream: Writable): Writer => new Writer(stream as NodeJS.WriteStream);

/** A writer into memory. */
function aWriter(): { writer: Writer; text: () => string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { writer: writerOf(stream), text: () => text };
}

/** Writes into a real pipe that a real program reads. */
async function intoProgram(command: string, args: string[], lines: Iterable<string> & object): Promise<Writer> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const exited = once(child, 'exit');
  const writer = writerOf(child.stdin);
  await writer.lines(lines);
  child.stdin.destroy();
  await exited;
  return writer;
}

describe('a stream', () => {
  test('gets everything, and the next chunk is made only when the last one was taken', async () => {
    const events: string[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        events.push(`taken ${String(chunk).charAt(0)}`);
        setImmediate(done);
      },
    });
    function* lines(): Generator<string> {
      for (const name of ['a', 'b', 'c']) {
        events.push(`made ${name}`);
        yield name + CHUNK;
      }
    }
    await writerOf(stream).lines(lines());
    expect(events).toEqual(['made a', 'taken a', 'made b', 'taken b', 'made c', 'taken c']);
  });

  test('gets bytes as they are, each piece before the next one is made', async () => {
    const { writer, text } = aWriter();
    const bytes = Buffer.from('[é]\n');
    function* pieces(): Generator<string | Uint8Array> {
      yield '\u202e';
      yield bytes;
      bytes.set([0x28], 0);
      yield bytes;
    }
    await writer.document(pieces());
    expect(text()).toBe('\\u202e[é]\n(é]\n');
  });

  test('whose reader goes away ends the writing quietly, and closes the source', async () => {
    let ended = false;
    function* endless(): Generator<string> {
      try {
        for (;;) yield CHUNK;
      } finally {
        ended = true;
      }
    }
    const writer = await intoProgram('head', ['-c', '10'], endless());
    expect({ ended, failure: writer.takeFailure() }).toEqual({ ended: true, failure: undefined });
  });

  test('whose reader is already gone is not a failure either', async () => {
    const stream = new Writable();
    stream.destroy();
    const writer = writerOf(stream);
    writer.line('a');
    await writer.lines(['b\n']);
    expect(writer.takeFailure()).toBeUndefined();
  });

  test('that fails ends the writing, and the first failure is remembered', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(full) });
    const writer = writerOf(stream);
    await writer.lines(['a\n']);
    writer.line('b');
    await writer.settled();
    expect(writer.takeFailure()).toBe(full);
  });

  test('is not blamed for an error of the source', async () => {
    function* failing(): Generator<string> {
      yield 'a\n';
      throw new Error('source');
    }
    const { writer } = aWriter();
    await expect(writer.lines(failing())).rejects.toThrow('source');
    expect(writer.takeFailure()).toBeUndefined();
  });
});

describe('text for people', () => {
  test('keeps the line feeds at the end of a line, and shows all others as data', async () => {
    const { writer, text } = aWriter();
    writer.line('one\ntwo');
    await writer.lines(['a\u001b[2J\nFORGED\n\n', 'b\r\n']);
    expect(text()).toBe('one\\ntwo\na\\x1b[2J\\nFORGED\n\nb\\r\n');
  });

  test('takes linear time, even with very many line feeds', async () => {
    const time = (count: number): Promise<number> =>
      processorTime(async () => {
        const { writer, text } = aWriter();
        await writer.lines([`a${'\n'.repeat(count)}b\n`]);
        expect(text()).toHaveLength(2 * count + 3);
      });
    const short = await time(20_000);
    // 16 times the length takes 16 times as long, and 256 times if the time is quadratic.
    expect(await time(320_000)).toBeLessThan(64 * Math.max(short, 500));
  });

  test('keeps the colors of regadm, and only those', async () => {
    const { writer, text } = aWriter();
    await writer.lines([`${styles(true).bad('failed')} \u001b[31mforged\u001b[39m\n`]);
    expect(text()).toBe('\u001b[31mfailed\u001b[39m \\x1b[31mforged\\x1b[39m\n');
  });

  test('has no secrets', async () => {
    hideSecret('a-token-of-the-writer-1');
    const { writer, text } = aWriter();
    writer.line('no: a-token-of-the-writer-1');
    await writer.lines(['https://user:password@host/\n', 'a-token-of-the-writer-1\n']);
    expect(text()).toBe('no: (hidden)\nhttps://…@host/\n(hidden)\n');
  });
});

test('a document keeps its values, with invisible characters escaped', async () => {
  const value = { name: 'a\u202eb\u200b\u{e0001}\u009b\ud800é漢' };
  const { writer, text } = aWriter();
  await writer.document([`${JSON.stringify(value)}\n`]);
  expect(text()).toBe('{"name":"a\\u202eb\\u200b\\udb40\\udc01\\u009b\\ud800é漢"}\n');
  expect(JSON.parse(text())).toEqual(value);
});
