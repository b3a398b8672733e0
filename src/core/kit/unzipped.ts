import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The first bytes of data that is compressed with gzip. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Decompresses data that is compressed with gzip, and passes other data on. */
export async function* unzipped(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let next = await chunks.next();
  for (; !next.done && start.length < GZIP.length; next = await chunks.next())
    start = Buffer.concat([start, next.value]);
  async function* all(): AsyncGenerator<Buffer> {
    yield start;
    for (; !next.done; next = await chunks.next()) yield next.value;
  }
  if (!start.subarray(0, GZIP.length).equals(GZIP)) return yield* all();
  const gunzip = createGunzip();
  pipeline(Readable.from(all()), gunzip, () => {});
  yield* gunzip as AsyncIterable<Buffer>;
}
