import { createReadStream } from 'node:fs';
import { unzipped } from '../kit/unzipped.js';
import { messageOf, RegadmError } from '../model/errors.js';
import { BoundedLines } from './lines/bounded-lines.js';
import type { PullCollector } from './collector.js';

/** What reading a log needs. */
export interface LogReading {
  collector: PullCollector;
  /** Counts lines that were too long. */
  tooLong(lines: number): void;
  signal: AbortSignal;
}

/** Number of lines between two looks at signals. */
const LINES_PER_TURN = 20_000;

/**
 * Reads log files one after the other; `-` is stdin. They can be compressed with gzip.
 * @throws RegadmError UNREADABLE_FILE, and the signal's reason
 */
export async function readLogFiles(files: readonly string[], reading: LogReading): Promise<void> {
  for (const file of files) {
    const source = file === '-' ? process.stdin : createReadStream(file, { signal: reading.signal });
    try {
      await readLog(unzipped(source as AsyncIterable<Buffer>), file === '-' ? 'stdin' : file, reading);
    } catch (error) {
      reading.signal.throwIfAborted();
      throw unreadable(file, error);
    }
  }
}

/** Reads a log to its end. @param source names it */
export async function readLog(chunks: AsyncIterable<Buffer>, source: string, reading: LogReading): Promise<void> {
  const lines = new BoundedLines();
  let untilTurn = LINES_PER_TURN;
  for await (const chunk of chunks) {
    for (const line of lines.take(chunk)) {
      reading.collector.take(line, source);
      untilTurn--;
    }
    if (untilTurn > 0) continue;
    untilTurn = LINES_PER_TURN;
    await new Promise((resolve) => setImmediate(resolve));
    reading.signal.throwIfAborted();
  }
  for (const line of lines.end()) reading.collector.take(line, source);
  reading.tooLong(lines.tooLong);
}

function unreadable(file: string, cause: unknown): RegadmError {
  const isDirectory = (cause as NodeJS.ErrnoException).code === 'EISDIR';
  return new RegadmError(`cannot read --logs ${file}: ${isDirectory ? 'it is a directory' : messageOf(cause)}`, {
    code: 'UNREADABLE_FILE',
    suggestions: isDirectory ? ['name the files in it: --logs can be given several times'] : [],
    cause,
  });
}
