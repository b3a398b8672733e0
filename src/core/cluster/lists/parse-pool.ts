import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PageBuffers } from './page-buffers.js';
import { reducePage, unpackPage, type PackedPage, type ReducedPage } from './reduce-page.js';

/**
 * Minimum size of a page that is parsed in a thread, in bytes. Starting a thread costs more than parsing a smaller
 * page.
 */
const WORTH_A_THREAD = 512 * 1024;
/**
 * Minimum size of all lists from which on pages are parsed in threads, in bytes: the lists of about 7,000 images. A
 * thread needs 0.15 s of processor time before its first page.
 */
const WORTH_THREADS = 64 * 1024 * 1024;
const SCRIPT = new URL('./reduce-worker.js', import.meta.url);

/** Worker settings. A small young generation saves 30 MB per thread and is as fast, because few objects outlive it. */
const YOUNG = { maxYoungGenerationSizeMb: 8 };

interface Answer {
  id: number;
  page?: PackedPage;
  error?: string;
  /** The memory of the body. */
  buffer: ArrayBuffer;
}

/** Parses and reduces pages; large ones in worker threads once the lists turn out to be large. */
export class ParsePool {
  /** Memory for the bodies that `reduce` gets. */
  readonly buffers = new PageBuffers();
  private readonly workers: { worker: Worker; busy: number }[] = [];
  private readonly waiting = new Map<
    number,
    { resolve: (page: ReducedPage) => void; reject: (error: Error) => void; done: () => void }
  >();
  private nextId = 0;
  private readonly size = Math.max(1, Math.min(4, availableParallelism() - 1));
  /** Bytes of large pages so far. */
  private bytes = 0;
  /** True once the pages so far and those that the server announced are worth threads. */
  private isLarge = false;

  /** @param script of the threads; for tests */
  constructor(private readonly script = SCRIPT) {}

  /**
   * Parses and reduces a page. Its memory is used again for other bodies.
   * @param isOnly true if the list has no other page
   * @throws Error when the body is not a list of that resource
   */
  async reduce(resource: string, body: Buffer, isOnly = false): Promise<ReducedPage> {
    if (body.length < WORTH_A_THREAD) return this.reduceHere(resource, body, isOnly);
    this.bytes += body.length;
    if (this.isLarge) return this.reduceInThread(resource, body);
    const page = this.reduceHere(resource, body, isOnly);
    this.isLarge = this.bytes + announcedBytes(page, body.length) >= WORTH_THREADS && existsSync(this.script);
    return page;
  }

  async close(): Promise<void> {
    this.buffers.clear();
    await Promise.all(this.workers.splice(0).map(({ worker }) => worker.terminate()));
  }

  private reduceHere(resource: string, body: Buffer, isOnly: boolean): ReducedPage {
    try {
      return reducePage(resource, body, isOnly);
    } finally {
      this.buffers.release(body);
    }
  }

  private reduceInThread(resource: string, body: Buffer): Promise<ReducedPage> {
    const slot = this.freest();
    const id = this.nextId++;
    slot.busy++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, done: () => slot.busy-- });
      // Memory without other contents can be transferred; a slice of Node's shared pool has to be copied first.
      const isAlone = this.buffers.owns(body) || body.byteLength === body.buffer.byteLength;
      const own = isAlone ? body : Buffer.from(body);
      slot.worker.postMessage({ id, resource, body: own }, [own.buffer as ArrayBuffer]);
    });
  }

  private freest(): { worker: Worker; busy: number } {
    const freest = this.workers.reduce<{ worker: Worker; busy: number } | undefined>(
      (best, one) => (!best || one.busy < best.busy ? one : best),
      undefined,
    );
    if (freest && (freest.busy === 0 || this.workers.length >= this.size)) return freest;
    const worker = new Worker(this.script, { resourceLimits: YOUNG });
    worker.unref();
    worker.on('message', (answer: Answer) => this.take(answer));
    worker.on('error', (error) => this.fail(error));
    const slot = { worker, busy: 0 };
    this.workers.push(slot);
    return slot;
  }

  private take({ id, page, error, buffer }: Answer): void {
    this.buffers.releaseTransferred(buffer);
    const { resolve, reject, done } = this.waiting.get(id)!;
    this.waiting.delete(id);
    done();
    if (page) resolve(unpackPage(page));
    else reject(new Error(error));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** Returns the size of the pages that follow, as the server and the size of this page let expect. */
function announcedBytes({ remaining = 0, count }: ReducedPage, bytes: number): number {
  return (remaining / Math.max(1, count)) * bytes;
}
