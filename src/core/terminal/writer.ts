import type { Writable } from 'node:stream';
import { redact } from '../kit/secrets/redact.js';
import { inChunks } from './chunks.js';
import { cleanLines } from './clean-lines.js';
import { escapeJson, escapeText, paint } from './escape.js';
import type { Lines } from './output.js';
import { isReaderGone, writeText } from '../kit/write-text.js';

/**
 * Writes everything that regadm prints to one stream. Nothing else writes to stdout and stderr, so that no text of a
 * cluster reaches a terminal without being escaped, and no secret reaches any output. A stream that fails ends neither
 * the work nor the process: `takeFailure` says at the end that output is missing.
 */
export class Writer {
  private latest: Promise<unknown> = Promise.resolve();
  private failure: Error | undefined;
  private lost = false;
  /** True: only errors and failures are written (`--quiet`). */
  isQuiet = false;

  constructor(readonly stream: NodeJS.WriteStream) {
    stream.on('error', (error) => this.failed(error));
  }

  /**
   * Returns the first error of the stream, such as a full disk, only once, so that it is reported once; undefined if
   * only the reader went away (`… | head`).
   */
  takeFailure(): Error | undefined {
    const { failure } = this;
    this.failure = undefined;
    return failure;
  }

  /** True if the stream did not take everything: it failed, or its reader went away. */
  get isIncomplete(): boolean {
    return this.lost;
  }

  /** Writes one line: line feeds in it are escaped. Does not wait. */
  line(text: string): void {
    if (!this.isQuiet) this.error(text);
  }

  /** Writes one line about an error or a failure, also with `--quiet`. Does not wait. */
  error(text: string): void {
    this.put(`${paint(escapeText(redact(text)))}\n`);
  }

  /** Writes lines for people, no faster than they are read. @throws what their source throws */
  async lines(lines: Lines): Promise<void> {
    await this.writeAll(inChunks(cleanLines(lines)));
  }

  /**
   * Writes a document or a script, whose values have no secrets any longer, no faster than it is read. Pieces of bytes
   * are escaped already, and written before the next piece is made.
   * @throws what its source throws
   */
  async document(pieces: Iterable<string | Uint8Array> & object): Promise<void> {
    await this.writeAll(inChunks(pieces), escapeJson);
  }

  /**
   * Writes text whose values are escaped and without secrets, such as that of a template, no faster than it is read.
   * @throws what its source throws
   */
  async escaped(pieces: Lines): Promise<void> {
    await this.writeAll(inChunks(pieces));
  }

  /** Writes a short document. Does not wait. */
  text(document: string): void {
    this.put(escapeJson(document));
  }

  /** Waits until everything that was written without waiting is written. */
  async settled(): Promise<void> {
    await this.latest;
  }

  private put(text: string): void {
    this.latest = this.write(text);
  }

  /**
   * Ends quietly when the stream fails, because the work behind it must still report its outcome by the exit status.
   */
  private async writeAll(
    chunks: Iterable<string | Uint8Array>,
    finish = (chunk: string): string => chunk,
  ): Promise<void> {
    for (const chunk of chunks) if (!(await this.write(typeof chunk === 'string' ? finish(chunk) : chunk))) return;
  }

  private async write(text: string | Uint8Array): Promise<boolean> {
    try {
      await writeText(this.stream, text);
      return true;
    } catch (error) {
      this.failed(error as Error);
      return false;
    }
  }

  private failed(error: Error): void {
    this.lost = true;
    if (!isReaderGone(error)) this.failure ??= error;
  }
}

const writers = new WeakMap<Writable, Writer>();

/** Returns the writer of a stream. */
export function writerFor(stream: NodeJS.WriteStream): Writer {
  const known = writers.get(stream) ?? new Writer(stream);
  writers.set(stream, known);
  return known;
}

/** Returns stdout and stderr, to listen to their errors. */
export const outputStreams = (): Writable[] => [process.stdout, process.stderr];

/** Returns the writer for the requested output. */
export const stdout = (): Writer => writerFor(process.stdout);

/** Returns the writer for everything else: progress, warnings, hints, errors. */
export const stderr = (): Writer => writerFor(process.stderr);
