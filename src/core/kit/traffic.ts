import type { RequestEntry } from '../model/document.js';
import { Waits } from './waits.js';

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
  /** Passes on the parts of a response, and counts them. The time that their reader takes is not the server's. */
  stream(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  /** From now on, the run waits for the server. */
  waits(): void;
  /** From now on, the run does not wait for the server. */
  pauses(): void;
  /** The request has ended. */
  ended(): void;
}

/** Counts the requests of a run that were sent, and the bytes of the responses that were read. */
export class Traffic {
  private readonly counts = new Map<string, RequestEntry>();

  /** @param waits for the responses */
  constructor(private readonly waits = new Waits()) {}

  /**
   * Begins a request, which is counted when it is sent: each attempt is one.
   * @param isAwaited false if the run continues without its response
   */
  begin(kind: RequestKind, isAwaited = true): CountedRequest {
    return new OneRequest(
      () => this.of(kind),
      () => (isAwaited ? this.waits.begin(kind) : undefined),
    );
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
  private endWait: (() => void) | undefined;
  private hasEnded = false;

  constructor(
    private readonly entryOf: () => RequestEntry,
    private readonly beginWait: () => (() => void) | undefined,
  ) {}

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
    try {
      this.waits();
      for await (const chunk of chunks) {
        this.took(chunk.length);
        this.pauses();
        yield chunk;
        this.waits();
      }
    } finally {
      this.pauses();
    }
  }

  waits(): void {
    if (!this.hasEnded) this.endWait ??= this.beginWait();
  }

  pauses(): void {
    this.endWait?.();
    this.endWait = undefined;
  }

  ended(): void {
    this.hasEnded = true;
    this.pauses();
  }
}
