import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { readAgain } from '../../kit/read-again.js';
import { messageOf } from '../../model/errors.js';
import type { BlobToRead } from './blobs-to-read.js';

/**
 * Opens the content of a blob.
 * @returns undefined if the storage, or the registry, states that it does not exist
 * @throws Error if that, or the content, cannot be read
 */
export type OpenContent = (blob: BlobToRead) => Promise<AsyncIterable<Buffer> | undefined>;

/** What reading a blob shows; with a message if it could not be read. */
type ReadOutcome = 'intact' | 'corrupt' | 'gone' | { message: string };

/** Number of reads with another digest that make a blob corrupt: one can be due to the network or to memory. */
const MISMATCHES = 2;

interface ReadOptions {
  signal: AbortSignal;
  /** Called with the size of each part of the content. */
  onBytes(bytes: number): void;
  /** Called with an intact manifest. */
  onManifest?(body: Buffer): void;
}

/** Reads a blob, and compares its digest; again if it differs, or if it cannot be read. */
export async function readBlob(
  blob: BlobToRead,
  open: OpenContent,
  { signal, onBytes, onManifest }: ReadOptions,
): Promise<ReadOutcome> {
  const read = async (): Promise<'intact' | 'different' | 'gone'> => {
    signal.throwIfAborted();
    const content = await open(blob);
    if (!content) return 'gone';
    const hash = createHash('sha256');
    const body: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of content) {
      signal.throwIfAborted();
      hash.update(chunk);
      onBytes(chunk.length);
      bytes += chunk.length;
      if (onManifest && blob.isManifest && bytes <= MANIFEST_LIMIT_BYTES) body.push(chunk);
    }
    if (`sha256:${hash.digest('hex')}` !== blob.digest) return 'different';
    if (onManifest && blob.isManifest && bytes <= MANIFEST_LIMIT_BYTES) onManifest(Buffer.concat(body));
    return 'intact';
  };
  try {
    for (let mismatches = 0; mismatches < MISMATCHES; mismatches++) {
      const outcome = await readAgain(read, { signal });
      if (outcome !== 'different') return outcome;
    }
    return 'corrupt';
  } catch (error) {
    signal.throwIfAborted();
    return { message: messageOf(error) };
  }
}
