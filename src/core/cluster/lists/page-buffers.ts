import type { BodyBuffers } from '../api.js';

/** Maximum number of free buffers that are kept: one for the next page of each list that has further pages. */
const MAX_KEPT = 3;
/** Maximum size of a buffer that is kept, in bytes: pages are smaller, except for lists that are read in one piece. */
const MAX_SIZE = 16 * 1024 * 1024;
/** Minimum size of a buffer, in bytes. */
const MIN_SIZE = 64 * 1024;
/** How much larger than requested a buffer is: later pages of a list can be a little larger. */
const SPARE = 1.1;

/**
 * Memory for pages, which is used again once a page is parsed. New memory for each page costs more than its transfer:
 * the kernel clears it, and V8 collects garbage because of it.
 */
export class PageBuffers implements BodyBuffers {
  private readonly free: Buffer[] = [];
  private readonly taken = new WeakSet<ArrayBufferLike>();

  take(size?: number): Buffer {
    const at = size === undefined ? this.free.length - 1 : this.free.findIndex(({ length }) => length >= size);
    const [known] = at === -1 ? [] : this.free.splice(at, 1);
    const buffer = known ?? Buffer.allocUnsafeSlow(Math.max(MIN_SIZE, Math.ceil((size ?? 0) * SPARE)));
    this.taken.add(buffer.buffer);
    return buffer;
  }

  /** Returns true if a body is in a buffer of `take`: nothing else is in its memory, which can be transferred. */
  owns(body: Uint8Array): boolean {
    return this.taken.has(body.buffer);
  }

  release({ buffer }: Uint8Array): void {
    if (!this.taken.delete(buffer)) return;
    this.keep(Buffer.from(buffer));
  }

  /** Makes a buffer free that was transferred to a thread and returned. */
  releaseTransferred(buffer: ArrayBuffer): void {
    this.keep(Buffer.from(buffer));
  }

  /** Frees the memory. */
  clear(): void {
    this.free.length = 0;
  }

  /** Keeps the largest buffers, in the order of their sizes. */
  private keep(buffer: Buffer): void {
    if (buffer.length > MAX_SIZE) return;
    const at = this.free.findIndex(({ length }) => length >= buffer.length);
    this.free.splice(at === -1 ? this.free.length : at, 0, buffer);
    if (this.free.length > MAX_KEPT) this.free.shift();
  }
}
