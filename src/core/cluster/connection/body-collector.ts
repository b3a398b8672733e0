import type { BodyBuffers } from '../api.js';
import { freeChunk } from './free-chunks.js';

/** Maximum size of the first buffer, in bytes: what a server states about a body may be wrong. */
const MAX_FIRST = 16 * 1024 * 1024;
/** By how much a buffer grows if a body is larger. */
const GROWTH = 2;

/** Collects a body up to a limit. */
export interface BodyCollector {
  /** Adds the next part, and can free its memory. @returns false once the limit is exceeded */
  add(chunk: Buffer): boolean;
  /** Returns what was collected. */
  body(): Buffer;
}

/**
 * Creates a collector.
 * @param limit maximum size of the body, in bytes; the rest is dropped
 * @param stated size of the body as the server states it; undefined if it does not
 * @param buffers memory for the body; undefined: new memory
 */
export function collectorOf(limit: number, stated: number | undefined, buffers?: BodyBuffers): BodyCollector {
  return buffers ? new BufferCollector(limit, stated, buffers) : new ChunkCollector(limit);
}

/** Keeps the parts, and joins them at the end. */
class ChunkCollector implements BodyCollector {
  private readonly chunks: Buffer[] = [];
  private length = 0;

  constructor(private readonly limit: number) {}

  add(chunk: Buffer): boolean {
    const free = this.limit - this.length;
    this.chunks.push(chunk.length > free ? chunk.subarray(0, Math.max(0, free)) : chunk);
    this.length += chunk.length;
    return this.length <= this.limit;
  }

  body(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Copies each part to its place while it is in the processor's cache, and frees it. */
class BufferCollector implements BodyCollector {
  private buffer: Buffer | undefined;
  private length = 0;
  private isCut = false;

  constructor(
    private readonly limit: number,
    private readonly stated: number | undefined,
    private readonly buffers: BodyBuffers,
  ) {}

  add(chunk: Buffer): boolean {
    const free = this.limit - this.length;
    const part = chunk.length > free ? chunk.subarray(0, free) : chunk;
    this.isCut ||= part !== chunk;
    const end = this.length + part.length;
    this.withRoom(end).set(part, this.length);
    this.length = end;
    freeChunk(chunk);
    return !this.isCut;
  }

  body(): Buffer {
    return this.buffer ? this.buffer.subarray(0, this.length) : Buffer.alloc(0);
  }

  private withRoom(size: number): Buffer {
    this.buffer ??= this.buffers.take(this.stated && Math.min(this.stated, this.limit, MAX_FIRST));
    if (this.buffer.length >= size) return this.buffer;
    const old = this.buffer;
    this.buffer = this.buffers.take(Math.max(size, old.length * GROWTH));
    this.buffer.set(old.subarray(0, this.length));
    this.buffers.release(old);
    return this.buffer;
  }
}
