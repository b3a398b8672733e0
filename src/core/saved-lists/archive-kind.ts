/** Size of a record of a tar archive, in bytes. An archive ends with records of zeros. */
export const RECORD_BYTES = 512;

/** A reason of our own to stop reading an archive: the errors of the streams that it ends are consequences. */
export class ArchiveError extends Error {
  constructor(
    message: string,
    readonly suggestion?: string,
  ) {
    super(message);
  }
}

/** First bytes of files, in hexadecimal, with what the files are. */
const KINDS: [string, string][] = [
  ['1f8b', 'gzip'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
  ['28b52ffd', 'zstd'],
  ['504b0304', 'zip'],
];

/** Returns what a file is, by its first bytes: a kind of compression, or `plain`. */
export function kindOf(start: Buffer): string {
  const hex = start.toString('hex');
  return KINDS.find(([mark]) => hex.startsWith(mark))?.[1] ?? 'plain';
}

/** True if a file that begins with these bytes is compressed with gzip. */
export function isGzip(start: Buffer): boolean {
  return kindOf(start) === 'gzip';
}

/**
 * Checks that a file is a tar archive.
 * @param head its first record, decompressed
 * @param kind what the file itself is
 * @throws ArchiveError that says what the file is instead, and what to do
 */
export function assertTar(head: Buffer, kind: string): void {
  if (head.length === RECORD_BYTES && (head.every((byte) => byte === 0) || hasChecksum(head))) return;
  if (kind !== 'plain' && kind !== 'gzip')
    throw new ArchiveError(`it is compressed with ${kind}`, 'extract it, and pass the directory');
  throw new ArchiveError(
    `${kind === 'gzip' ? 'its content' : 'it'} is not a tar archive`,
    `${kind === 'gzip' ? 'decompress it, and ' : ''}pass the directory that contains the lists`,
  );
}

/** True if the checksum of a header is right: the sum of its bytes, where those of the checksum count as spaces. */
function hasChecksum(head: Buffer): boolean {
  const stated = parseInt(head.toString('latin1', 148, 156).replace(/\0.*$/s, '').trim(), 8);
  const sum = head.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return sum === stated;
}
