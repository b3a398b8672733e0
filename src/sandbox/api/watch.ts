import type { KubeObject } from '../../core/model/kube.js';
import type { ResponseStream } from '../http/response.js';
import { apiVersionOf, type ResourceDefinition } from './resources.js';
import { selectorTest } from './selectors.js';
import { ApiStatus } from './status.js';
import { withKind, type Store, type StoreEvent } from './store.js';

interface WatchQuery {
  namespace?: string;
  resourceVersion?: string;
  labelSelector?: string;
  fieldSelector?: string;
  allowBookmarks: boolean;
  timeoutSeconds?: number;
}

/** A real server sends one per minute. Tests wait for them, so they are more frequent here. */
const BOOKMARK_INTERVAL_MS = 50;

/** Answers a watch with the changes since the resource version, then with every change when it happens. */
export function runWatch(store: Store, definition: ResourceDefinition, query: WatchQuery, out: ResponseStream): void {
  const watch = new Watch(store, definition, query, out);
  if (watch.sendPast()) watch.follow();
}

class Watch {
  private readonly isSelected: (object: KubeObject) => boolean;

  constructor(
    private readonly store: Store,
    private readonly definition: ResourceDefinition,
    private readonly query: WatchQuery,
    private readonly out: ResponseStream,
  ) {
    const matches = selectorTest(query.labelSelector, query.fieldSelector);
    this.isSelected = (object) =>
      (query.namespace === undefined || object.metadata.namespace === query.namespace) && (!matches || matches(object));
  }

  /**
   * Sends the changes before the watch.
   * @returns false if the resource version is too old, which ends the watch
   */
  sendPast(): boolean {
    const { store, definition, out } = this;
    const since = Number(this.query.resourceVersion ?? 0);
    if (since === 0) {
      const objects = store.entries(definition).map((entry) => entry.read());
      for (const object of objects.filter(this.isSelected)) this.send('ADDED', withKind(definition, object));
      return true;
    }
    const changes = store.changesSince(definition, since);
    changes?.forEach((event) => this.sendEvent(event));
    if (!changes) {
      this.send('ERROR', tooOld(since, store).body());
      out.end();
    }
    return changes !== undefined;
  }

  /** Sends changes and bookmarks until the client leaves, the sandbox stops or the timeout is reached. */
  follow(): void {
    const { store, out } = this;
    const unsubscribe = store.subscribe((event) => {
      if (event.definition === this.definition) this.sendEvent(event);
    });
    const ticker = setInterval(() => this.sendBookmark(), BOOKMARK_INTERVAL_MS);
    const { timeoutSeconds } = this.query;
    const finish = (): void => {
      this.sendBookmark();
      out.end();
    };
    const timeout = timeoutSeconds ? setTimeout(finish, timeoutSeconds * 1000) : undefined;
    out.closed.addEventListener('abort', () => {
      unsubscribe();
      clearInterval(ticker);
      clearTimeout(timeout);
      out.end();
    });
  }

  private send(type: string, object: unknown): void {
    this.out.write(`${JSON.stringify({ type, object })}\n`);
  }

  private sendEvent(event: StoreEvent): void {
    const type = eventType(event, this.isSelected);
    if (type) this.send(type, withKind(this.definition, event.object));
  }

  private sendBookmark(): void {
    if (!this.query.allowBookmarks) return;
    this.send('BOOKMARK', {
      kind: this.definition.kind,
      apiVersion: apiVersionOf(this.definition),
      metadata: { resourceVersion: String(this.store.revision), creationTimestamp: null },
    });
  }
}

/** Returns the event type for this watch. An object that starts or stops matching the selectors is added or deleted. */
function eventType(event: StoreEvent, isSelected: (object: KubeObject) => boolean): string | undefined {
  const is = isSelected(event.object);
  const was = event.previous ? isSelected(event.previous) : false;
  if (event.type === 'DELETED') return is || was ? 'DELETED' : undefined;
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}

function tooOld(revision: number, store: Store): ApiStatus {
  const message = `too old resource version: ${revision} (${store.compacted || store.revision})`;
  return new ApiStatus({ code: 410, reason: 'Expired', message });
}
