import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { LIMITS, limitOf, tooLarge, type Limits } from './limits.js';
import type { FileReceiver } from './source.js';

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

/** Size of a record of a tar archive, in bytes. An archive ends with records of zeros. */
const RECORD_BYTES = 512;

/** A reason of our own to stop reading an archive: the errors of the streams that it ends are consequences. */
class ArchiveError extends Error {}

/**
 * Reads the files of a `.tar.gz`, `.tgz` or `.tar` archive that matter, without writing them to disk. Links in it are
 * not followed. The size of everything that is decompressed is limited.
 * @throws Error if the file is not such an archive, is cut, too large, or has an entry outside its own directory
 */
export async function readArchive(file: string, receiver: FileReceiver, limits: Limits = LIMITS): Promise<void> {
  const { default: tar } = await import('tar-stream');
  const entries = tar.extract();
  const unzip = (await isGzip(file)) ? [createGunzip()] : [];
  const stages = [createReadStream(file), ...unzip, metered(limits.archive), entries];
  const results = await Promise.allSettled([
    pipeline(stages as unknown as [NodeJS.ReadableStream, NodeJS.WritableStream]),
    readEntries(entries, receiver, limits),
  ]);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof ArchiveError) ?? reasons[0];
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** Passes an archive on, and checks its size and its end: an archive that was cut between two entries can be parsed. */
function metered(limitBytes: number): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* meter(source) {
    let length = 0;
    let tail: Buffer = Buffer.alloc(0);
    for await (const chunk of source) {
      length += chunk.length;
      if (length > limitBytes) throw new ArchiveError(`it has more than ${limitBytes / 1024 ** 3} GiB`);
      tail = chunk.length >= RECORD_BYTES ? chunk : Buffer.concat([tail, chunk]).subarray(-RECORD_BYTES);
      yield chunk;
    }
    if (length === 0) throw new ArchiveError('it is empty');
    if (tail.subarray(-RECORD_BYTES).some((byte) => byte !== 0))
      throw new ArchiveError('it was cut: its end is missing');
  };
}

async function readEntries(entries: AsyncIterable<Entry>, receiver: FileReceiver, limits: Limits): Promise<void> {
  let count = 0;
  let textBytes = 0;
  for await (const entry of entries) {
    const { header } = entry;
    if (++count > limits.archiveEntries) throw new ArchiveError(`it has more than ${limits.archiveEntries} entries`);
    const name = entryPath(header);
    if (header.type === 'directory' || !receiver.wants(name)) entry.resume();
    else if (header.type !== 'file' && header.type !== 'contiguous-file') {
      receiver.unreadable(name, 'is a link, which is not followed');
      entry.resume();
    } else if (header.size > limitOf(name, limits)) {
      receiver.unreadable(name, tooLarge(name, limits));
      entry.resume();
    } else {
      textBytes += header.size;
      if (textBytes > limits.archiveText)
        throw new ArchiveError(
          `its lists have more than ${limits.archiveText / 1024 ** 2} MiB: extract it, and pass the directory`,
        );
      receiver.file(name, await textOf(entry));
    }
  }
}

/** Returns the path of an entry, relative to the archive. @throws ArchiveError for a path outside */
function entryPath({ name }: Header): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..'))
    throw new ArchiveError(`its entry ${JSON.stringify(name)} is outside the archive`);
  return parts.join('/');
}

async function textOf(entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
