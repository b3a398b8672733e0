import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { messageOf } from '../../model/errors.js';

/** Maximum size of a file after decompression, in bytes: more does not fit into a string. */
const LIMIT_BYTES = 500 * 1024 * 1024;

/** Returns a value as compressed JSON. Digests hardly get smaller, so the fastest level suffices. */
export async function pack(value: unknown): Promise<Buffer> {
  return promisify(gzip)(JSON.stringify(value), { level: constants.Z_BEST_SPEED });
}

/** Reads compressed JSON. @throws Error that states why it cannot be read */
export async function unpack(content: Buffer): Promise<unknown> {
  let text: string;
  try {
    text = (await promisify(gunzip)(content, { maxOutputLength: LIMIT_BYTES })).toString('utf8');
  } catch (error) {
    throw new Error(`it is not a complete gzip file: ${messageOf(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('it is not JSON', { cause: error });
  }
}
