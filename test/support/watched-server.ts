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

/** A watch that a test feeds. */
export class Feed {
  private readonly queue: string[] = [];
  private readonly type: { kind: string; apiVersion: string };
  private wake: () => void = () => {};
  private ended = false;

  constructor(
    resource: string,
    readonly query: Record<string, unknown>,
  ) {
    this.type = typeOf(resource);
  }

  /** Sends an event; objects of builders have no kind. */
  send(type: string, object: object): void {
    this.queue.push(`${JSON.stringify({ type, object: { ...this.type, ...object } })}\n`);
    this.wake();
  }

  /** Sends a bookmark: everything up to this version was sent. */
  bookmark(resourceVersion: string): void {
    this.send('BOOKMARK', { metadata: { resourceVersion } });
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      while (this.queue.length > 0) yield Buffer.from(this.queue.shift()!);
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
  feeds = new Map<string, Feed[]>();
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

  feed(resource: string): Feed {
    return this.feeds.get(resource)!.at(-1)!;
  }

  private async request(_method: string, path: string): Promise<ApiResponse> {
    const resource = path.split('/').at(-1)!;
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
    const feed = new Feed(resource, query);
    if (query.timeoutSeconds === undefined) this.feeds.set(resource, [...(this.feeds.get(resource) ?? []), feed]);
    else this.onConfirm(feed, resource);
    signal?.addEventListener('abort', () => feed.end());
    return { headers: {}, chunks: feed.chunks(), close: () => feed.end() };
  }
}
