import type { ApiRequestOptions, ApiResponse, ApiStream, ClusterApi } from '../../src/core/cluster/api.js';
import { ApiError } from '../../src/core/cluster/api-error.js';
import { IMAGES, IMAGE_STREAMS, LIMIT_RANGES, REFERRERS, apiVersionOf } from '../../src/core/cluster/resources.js';
import type { KubeObject } from '../../src/core/model/kube.js';

const RESOURCES = [IMAGES, IMAGE_STREAMS, LIMIT_RANGES, ...REFERRERS];

/** The type of the objects that a real server sends for a resource. */
function typeOf(name: string): { kind: string; apiVersion: string } {
  const found = RESOURCES.find(({ resource }) => resource === name)!;
  return { kind: found.kind, apiVersion: apiVersionOf(found) };
}

/** A line of a watch; `taken` resolves when the client has handled it. */
interface Line {
  text: string;
  taken: () => void;
}

/** A watch that a test feeds. */
export class Feed {
  /** Resolves when the client has begun to read the watch. */
  readonly opened: Promise<void>;
  /** Resolves when the client no longer reads it. */
  readonly closed: Promise<void>;
  isClosed = false;
  private readonly queue: Line[] = [];
  private readonly type: { kind: string; apiVersion: string };
  private wake: () => void = () => {};
  private noteOpened: () => void = () => {};
  private noteClosed: () => void = () => {};
  private ended = false;

  constructor(
    resource: string,
    readonly query: Record<string, unknown>,
    private readonly onSent: (resourceVersion: string) => void,
  ) {
    this.type = typeOf(resource);
    this.opened = new Promise((resolve) => (this.noteOpened = resolve));
    this.closed = new Promise((resolve) => (this.noteClosed = resolve));
  }

  /** Sends an event; objects of builders have no kind. Resolves when the client has handled it. */
  send(type: string, object: object): Promise<void> {
    this.onSent((object as Partial<KubeObject>).metadata?.resourceVersion ?? '');
    const text = `${JSON.stringify({ type, object: { ...this.type, ...object } })}\n`;
    return new Promise((taken) => {
      this.queue.push({ text, taken });
      this.wake();
    });
  }

  /** Sends a bookmark: everything up to this version was sent. Resolves when the client has handled it. */
  bookmark(resourceVersion: string): Promise<void> {
    return this.send('BOOKMARK', { metadata: { resourceVersion } });
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *chunks(): AsyncGenerator<Buffer> {
    this.noteOpened();
    try {
      yield* this.lines();
    } finally {
      this.isClosed = true;
      this.noteClosed();
    }
  }

  private async *lines(): AsyncGenerator<Buffer> {
    for (;;) {
      for (let line = this.queue.shift(); line; line = this.queue.shift()) {
        try {
          yield Buffer.from(line.text);
        } finally {
          // The client asks for the next line, or stops reading, when it has handled this one.
          line.taken();
        }
      }
      if (this.ended) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** A server of which the test decides what it lists, what may be watched, and how long a list of pods takes. */
export class WatchedServer {
  pods: KubeObject[] = [];
  streams: KubeObject[] = [];
  version = 10;
  listed: string[] = [];
  private readonly feeds = new Map<string, Feed[]>();
  private readonly waiting = new Map<string, (feed: Feed) => void>();
  watchable = (_path: string): boolean => true;
  beforePods = async (): Promise<void> => {};
  beforeStream = async (): Promise<void> => {};
  /** Called with each watch that confirms another one. */
  onConfirm = (_feed: Feed, _resource: string): void => {};

  readonly api = {
    server: 'https://api',
    request: this.request.bind(this),
    stream: this.stream.bind(this),
  } as unknown as ClusterApi;

  /** Returns the last watch of a resource. */
  feed(resource: string): Feed {
    return this.feeds.get(resource)!.at(-1)!;
  }

  /** Resolves when the client has begun to read another watch of a resource than the last one. */
  async nextFeed(resource: string): Promise<Feed> {
    const feed = await new Promise<Feed>((resolve) => this.waiting.set(resource, resolve));
    await feed.opened;
    return feed;
  }

  private async request(_method: string, path: string, { headers }: ApiRequestOptions = {}): Promise<ApiResponse> {
    const resource = path.split('/').at(-1)!;
    if (headers?.Accept?.includes('PartialObjectMetadata'))
      return { request: `GET ${path}`, status: 406, headers: {}, body: Buffer.from('{}'), json: <T>() => ({}) as T };
    this.listed.push(resource);
    const items = resource === 'pods' ? [...this.pods] : resource === 'imagestreams' ? [...this.streams] : [];
    if (resource === 'pods') await this.beforePods();
    const { kind, apiVersion } = typeOf(resource);
    const list = { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: String(this.version) }, items };
    const body = Buffer.from(JSON.stringify(list));
    return { request: `GET ${path}`, status: 200, headers: {}, body, json: <T>() => list as T };
  }

  private async stream(path: string, { signal, query = {} }: ApiRequestOptions = {}): Promise<ApiStream> {
    if (!this.watchable(path)) throw new ApiError('forbidden', { status: 403, reason: 'Forbidden' });
    await this.beforeStream();
    const resource = path.split('/').at(-1)!;
    // Later lists are not older than what a watch has shown.
    const feed = new Feed(resource, query, (version) => (this.version = Math.max(this.version, Number(version) || 0)));
    if (query.timeoutSeconds === undefined) {
      this.feeds.set(resource, [...(this.feeds.get(resource) ?? []), feed]);
      this.waiting.get(resource)?.(feed);
    } else this.onConfirm(feed, resource);
    signal?.addEventListener('abort', () => feed.end());
    return { headers: {}, chunks: feed.chunks(), close: () => feed.end() };
  }
}
