import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract, Header } from 'tar-stream';
import { isRecord } from '../model/values/json.js';
import { ArchiveError, assertTar, isGzip, kindOf, RECORD_BYTES } from './archive-kind.js';
import { LIMITS, limitOf, rejectTooLarge, type Limits } from './limits.js';
import type { FileReceiver, Remedy } from './source.js';

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

/**
 * Reads the files of a `.tar.gz`, `.tgz` or `.tar` archive that matter, without writing them to disk. Links in it are
 * not followed. The size of everything that is decompressed is limited.
 * @throws Error if the file is not such an archive, is cut, too large, or has an entry outside its own directory
 */
export async function readArchive(file: string, receiver: FileReceiver, limits: Limits = LIMITS): Promise<void> {
  const { default: tar } = await import('tar-stream');
  const entries = tar.extract();
  const start = await startOf(file);
  const unzip = isGzip(start) ? [createGunzip()] : [];
  const stages = [createReadStream(file), ...unzip, metered(limits.archive, kindOf(start)), entries];
  const results = await Promise.allSettled([
    pipeline(stages as unknown as [NodeJS.ReadableStream, NodeJS.WritableStream]),
    readEntries(entries, receiver, limits),
  ]);
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof ArchiveError) ?? reasons[0];
}

/** Returns the first bytes of a file. */
async function startOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(RECORD_BYTES), 0, RECORD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * Passes an archive on, and checks its size, its beginning and its end: an archive that was cut between two entries can
 * be parsed.
 */
function metered(limitBytes: number, kind: string): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* meter(source) {
    let length = 0;
    let head: Buffer = Buffer.alloc(0);
    let tail: Buffer = Buffer.alloc(0);
    for await (const chunk of source) {
      length += chunk.length;
      if (length > limitBytes) throw new ArchiveError(`it has more than ${limitBytes / 1024 ** 3} GiB`);
      if (head.length < RECORD_BYTES) {
        head = Buffer.concat([head, chunk]).subarray(0, RECORD_BYTES);
        if (head.length === RECORD_BYTES) assertTar(head, kind);
      }
      tail = chunk.length >= RECORD_BYTES ? chunk : Buffer.concat([tail, chunk]).subarray(-RECORD_BYTES);
      yield chunk;
    }
    if (length === 0) throw new ArchiveError('it is empty');
    assertTar(head, kind);
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
    const problem = entryProblem(header);
    if (header.type === 'directory' || !(receiver.wants(name) || isLinkToDirectory(header))) entry.resume();
    else if (problem) {
      receiver.unreadable(name, ...problem);
      entry.resume();
    } else if (header.size > limitOf(name, limits)) {
      rejectTooLarge(name, limits, receiver);
      entry.resume();
    } else {
      textBytes += header.size;
      if (textBytes > limits.archiveText)
        throw new ArchiveError(
          `its lists have more than ${limits.archiveText / 1024 ** 2} MiB: extract it, and pass the directory`,
        );
      receiver.file(name, await contentOf(entry));
    }
  }
}

/** Returns why the content of an entry cannot be used, and the remedy. */
function entryProblem({ type, pax }: Header): [string, Remedy?] | undefined {
  if (type === 'symlink') return ['is a link, which is not followed', 'replace-link'];
  if (type === 'link') return ['is a hard link to another entry of the archive', 'extract'];
  const isSparse = isRecord(pax) && Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'));
  if (isSparse || !type) return ['is stored as a sparse file, or in another way that only tar understands', 'extract'];
  return type === 'file' || type === 'contiguous-file' ? undefined : ['is not a file'];
}

/** True for a link that can lead to a directory of lists: the names of directories have no extension. */
function isLinkToDirectory({ type, linkname }: Header): boolean {
  return type === 'symlink' && !/\.\w+$/.test(linkname ?? '');
}

/** Returns the path of an entry, relative to the archive. @throws ArchiveError for a path outside */
function entryPath({ name }: Header): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..'))
    throw new ArchiveError(`its entry ${JSON.stringify(name)} is outside the archive`, 'save the archive again');
  return parts.join('/');
}

async function contentOf(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
