import type { RequestEntry } from '../model/document.js';

/** What requests are counted by. */
export type RequestKind = Omit<RequestEntry, 'count' | 'bytes' | 'transferredBytes'>;

/** The sizes of a response's body. */
interface BodySizes {
  /** After decompression. */
  bytes: number;
  /** As the server sent it. Default: `bytes`. */
  transferredBytes?: number;
}

/** Counts the requests of a run, and the bytes of the responses that were read. */
export class Traffic {
  private readonly counts = new Map<string, RequestEntry>();
  /** The requests without a complete response, in their order: resource and start. */
  private readonly pending = new Set<{ resource: string; startedAt: number }>();

  /** @param clock in ms */
  constructor(private readonly clock = (): number => performance.now()) {}

  /** Notes that a request waits for its response. @returns ends the wait */
  wait({ resource }: RequestKind): () => void {
    const wait = { resource, startedAt: this.clock() };
    this.pending.add(wait);
    return () => void this.pending.delete(wait);
  }

  /** The request that has waited longest for its response, in ms; undefined if none waits. */
  get longestWait(): { resource: string; ms: number } | undefined {
    const [first] = this.pending;
    return first && { resource: first.resource, ms: this.clock() - first.startedAt };
  }

  /** Counts a request, retries included. @param body undefined if no response arrived */
  add(kind: RequestKind, body?: BodySizes): void {
    this.of(kind).count++;
    if (body) this.addBytes(kind, body);
  }

  private addBytes(kind: RequestKind, { bytes, transferredBytes = bytes }: BodySizes): void {
    const entry = this.of(kind);
    entry.bytes += bytes;
    entry.transferredBytes += transferredBytes;
  }

  /** Counts a request whose response is read as a stream, and the bytes as they arrive. */
  addStream(kind: RequestKind, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    this.add(kind);
    return this.counted(kind, chunks);
  }

  /** All counts, sorted by server, resource and verb; those of rechecks come last. */
  get entries(): RequestEntry[] {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  private async *counted(kind: RequestKind, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      this.addBytes(kind, { bytes: chunk.length });
      yield chunk;
    }
  }

  private of(kind: RequestKind): RequestEntry {
    const { server, resource, verb, recheck } = kind;
    const key = [server, resource, verb, recheck ? '1' : ''].join('\0');
    let entry = this.counts.get(key);
    if (!entry) this.counts.set(key, (entry = { ...kind, count: 0, bytes: 0, transferredBytes: 0 }));
    return entry;
  }
}
