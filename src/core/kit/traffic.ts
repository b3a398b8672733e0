import type { RequestEntry } from '../model/document.js';

/** What requests are counted by. */
export type RequestKind = Omit<RequestEntry, 'count' | 'bytes' | 'transferredBytes'>;

/** One request, which is counted when it is sent, with the bytes of its response as they arrive. */
export interface CountedRequest {
  readonly isSent: boolean;
  /** The request was sent. Further calls have no effect. */
  sent(): void;
  /** A part of the response arrived. */
  took(bytes: number): void;
  /** The response was decompressed, which made it larger. */
  grew(bytes: number): void;
  /** Passes on the parts of a response, and counts them. */
  stream(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
}

/** Counts the requests of a run that were sent, and the bytes of the responses that were read. */
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

  /** Begins a request, which is counted when it is sent: each attempt is one. */
  begin(kind: RequestKind): CountedRequest {
    return new OneRequest(() => this.of(kind));
  }

  /** All counts, sorted by server, resource and verb; those of rechecks come last. */
  get entries(): RequestEntry[] {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => ({ ...entry }));
  }

  /** Returns the sum of several counts, sorted like `entries`. */
  static sum(all: readonly Traffic[]): RequestEntry[] {
    const sum = new Traffic();
    for (const { counts } of all)
      for (const { count, bytes, transferredBytes, ...kind } of counts.values()) {
        const entry = sum.of(kind);
        entry.count += count;
        entry.bytes += bytes;
        entry.transferredBytes += transferredBytes;
      }
    return sum.entries;
  }

  private of(kind: RequestKind): RequestEntry {
    const { server, resource, verb, recheck } = kind;
    const key = [server, resource, verb, recheck ? '1' : ''].join('\0');
    let entry = this.counts.get(key);
    if (!entry) this.counts.set(key, (entry = { ...kind, count: 0, bytes: 0, transferredBytes: 0 }));
    return entry;
  }
}

class OneRequest implements CountedRequest {
  private entry: RequestEntry | undefined;

  constructor(private readonly entryOf: () => RequestEntry) {}

  get isSent(): boolean {
    return this.entry !== undefined;
  }

  sent(): void {
    if (this.entry) return;
    this.entry = this.entryOf();
    this.entry.count++;
  }

  took(bytes: number): void {
    this.sent();
    this.entry!.bytes += bytes;
    this.entry!.transferredBytes += bytes;
  }

  grew(bytes: number): void {
    this.entry!.bytes += bytes;
  }

  async *stream(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      this.took(chunk.length);
      yield chunk;
    }
  }
}
