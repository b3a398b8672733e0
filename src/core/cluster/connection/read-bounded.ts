import { closeSync, openSync, readSync } from 'node:fs';

/** Maximum bytes of a kubeconfig: that of thousands of clusters has a few MiB. */
const KUBECONFIG_BYTES = 16 * 1024 * 1024;
/** Bytes of a kubeconfig that are read at once. */
const CHUNK_BYTES = 64 * 1024;

/** Reads a file, also a pipe or a device, which can be endless. @throws Error if it is larger than a kubeconfig */
export function readBounded(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (length > KUBECONFIG_BYTES) throw new Error(`it is larger than ${KUBECONFIG_BYTES / 1024 / 1024} MiB`);
    }
  } finally {
    closeSync(descriptor);
  }
}
