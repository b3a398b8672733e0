import { createHash } from 'node:crypto';

/** Computes the digest of a blob: `sha256:` and 64 hexadecimal digits. */
export function sha256Digest(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
