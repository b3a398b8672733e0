import { ApiStatus } from './status.js';
import type { OpenAnswer } from '../http/answer.js';
import { apiVersionOf, type ResourceDefinition } from './resources.js';
import { selectorOf } from './selectors.js';
import { withKind, type Store, type StoreEvent } from './store.js';
import type { KubeObject } from '../../core/model/kube.js';

export interface WatchQuery {
  namespace?: string;
  resourceVersion?: string;
  labelSelector?: string;
  fieldSelector?: string;
  allowBookmarks: boolean;
  timeoutSeconds?: number;
}

const BOOKMARK_MS = 1000;

/** Writes a watch: what has changed since the resource version, then every change as it happens. */
export function runWatch(store: Store, definition: ResourceDefinition, query: WatchQuery, out: OpenAnswer): void {
  const matches = selectorOf(query.labelSelector, query.fieldSelector);
  const send = (type: string, object: unknown): void => out.write(`${JSON.stringify({ type, object })}\n`);
  const wanted = (object: KubeObject): boolean =>
    (query.namespace === undefined || object.metadata.namespace === query.namespace) && (!matches || matches(object));
  const sendEvent = (event: StoreEvent): void => {
    const type = typeFor(event, wanted);
    if (type) send(type, withKind(definition, event.object));
  };

  const since = Number(query.resourceVersion ?? 0);
  if (since === 0) {
    for (const entry of store.entries(definition)) {
      if (wanted(entry.read())) send('ADDED', withKind(definition, entry.read()));
    }
  } else {
    const changes = store.changesSince(definition, since);
    if (!changes) {
      send('ERROR', tooOld(since, store).body());
      out.end();
      return;
    }
    changes.forEach(sendEvent);
  }

  const unsubscribe = store.subscribe((event) => {
    if (event.definition === definition) sendEvent(event);
  });
  const bookmark = (): void => {
    if (!query.allowBookmarks) return;
    send('BOOKMARK', {
      kind: definition.kind,
      apiVersion: apiVersionOf(definition),
      metadata: { resourceVersion: String(store.revision), creationTimestamp: null },
    });
  };
  const ticker = setInterval(bookmark, BOOKMARK_MS);
  const end = query.timeoutSeconds ? setTimeout(finish, query.timeoutSeconds * 1000) : undefined;
  function finish(): void {
    bookmark();
    out.end();
  }
  out.closed.addEventListener('abort', () => {
    unsubscribe();
    clearInterval(ticker);
    clearTimeout(end);
    out.end();
  });
}

/** An object that begins or ceases to match the selectors is added or deleted, as far as the watcher can see. */
function typeFor(event: StoreEvent, wanted: (object: KubeObject) => boolean): string | undefined {
  const is = wanted(event.object);
  const was = event.previous ? wanted(event.previous) : false;
  if (event.type === 'DELETED') return is || was ? 'DELETED' : undefined;
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}

function tooOld(revision: number, store: Store): ApiStatus {
  return new ApiStatus(410, 'Expired', `too old resource version: ${revision} (${store.compacted || store.revision})`);
}
