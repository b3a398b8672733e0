import { createHash } from 'node:crypto';

/** Computes the digest of a blob: `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
