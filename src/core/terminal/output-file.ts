import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { openPrivateFile } from '../kit/private-file.js';
import { writeText } from '../kit/write-text.js';
import { outputStreams } from './writer.js';

/** A file that the user named for output. */
export interface OutputFile {
  /** Appends a text; resolves when the file or the stream has all of it. */
  append(text: string): Promise<void>;
  /** Waits until the text is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Names of stdout (1) and stderr (2). */
const OWN_STREAMS = [/^\/(?:dev\/stdout|(?:dev|proc\/self)\/fd\/1)$/, /^\/(?:dev\/stderr|(?:dev|proc\/self)\/fd\/2)$/];

/**
 * Opens a file for output, as `openPrivateFile` does. Stdout and stderr are not opened again, because a socket cannot
 * be opened, and because a file would be written at two positions, one over the other.
 * @param how `w` replaces the content, `a` appends
 */
export async function openOutputFile(file: string, how: 'w' | 'a'): Promise<OutputFile> {
  const stream = outputStreams().find((_, at) => OWN_STREAMS[at]!.test(file));
  return stream ? streamFile(stream) : diskFile(await openPrivateFile(file, how));
}

/** Writes a file as `openOutputFile` opens it. */
export async function writeOutputFile(file: string, text: string): Promise<void> {
  const output = await openOutputFile(file, 'w');
  try {
    await output.append(text);
  } finally {
    await output.close();
  }
}

function streamFile(stream: Writable): OutputFile {
  const nothing = (): Promise<void> => Promise.resolve();
  return { append: (text) => writeText(stream, text), flush: nothing, close: nothing };
}

function diskFile(handle: FileHandle): OutputFile {
  return {
    append: (text) => handle.appendFile(text),
    flush: () => flush(handle),
    close: () => handle.close(),
  };
}

/** Pipes and terminals cannot be flushed, and lose nothing. */
async function flush(handle: FileHandle): Promise<void> {
  await handle.datasync().catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EINVAL' && error.code !== 'ENOTSUP') throw error;
  });
}
