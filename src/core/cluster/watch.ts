import { LineReader } from '../kit/line-reader.js';
import type { KubeObject } from '../model/kube.js';
import { ApiError } from './api-error.js';
import type { ApiStream, ClusterApi } from './api.js';
import { OBJECT_LIMIT_BYTES } from '../kit/limits.js';
import { listPath, type ListedResource } from './resources.js';

/**
 * How a watch ended: the server closed it, its start version is too old, or the server does not support or allow it, or
 * the sink wants no more.
 */
export type WatchEnd = 'closed' | 'expired' | 'refused';

export interface WatchSink {
  /**
   * Called when the server has accepted the watch: from then on, every change is reported.
   * @param close ends the watch
   */
  opened(close: () => void): void;
  /**
   * Receives a change.
   * @param bytes length of the event
   * @returns false to end the watch, which then counts as refused
   */
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject, bytes: number): boolean;
  /** Receives the version up to which every change was reported. */
  progress(resourceVersion: string): void;
}

export interface WatchOptions {
  /** Where the watch starts. */
  resourceVersion: string;
  namespace?: string;
  signal: AbortSignal;
}

/**
 * Duration of a watch that confirms another one, in seconds. The API server sends a bookmark two seconds before the end
 * of a watch (`nextBookmarkTime` in k8s.io/apiserver/pkg/storage/cacher/cache_watcher.go).
 */
const CONFIRM_SECONDS = 5;
/** Maximum length of an event, in bytes: that of one object. */
const EVENT_LIMIT = OBJECT_LIMIT_BYTES;

interface WatchEvent {
  type?: string;
  object?: KubeObject & { code?: number };
}

/**
 * Watches a list, starting at a resource version, until the server ends the watch.
 * @returns `refused` also if the server sends the list itself
 */
export async function watchList(
  api: ClusterApi,
  resource: ListedResource,
  { resourceVersion, namespace, signal, timeoutSeconds }: WatchOptions & { timeoutSeconds?: number },
  sink: WatchSink,
): Promise<WatchEnd> {
  let stream: ApiStream;
  try {
    stream = await api.stream(listPath(resource, namespace), {
      query: { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds },
      signal,
    });
  } catch (error) {
    if (error instanceof ApiError) return error.status === 410 ? 'expired' : 'refused';
    return 'closed';
  }
  if (stream.headers['content-length'] !== undefined) {
    stream.close();
    return 'refused';
  }
  sink.opened(() => stream.close());
  return readEvents(stream, resource, sink);
}

/** What a confirming watch has shown: a bookmark, a change, or nothing in time. */
export type Confirmation = { shown: 'bookmark'; resourceVersion: string } | { shown: 'change' } | { shown: 'nothing' };

/**
 * Opens another watch, which shows whether anything has happened since a version that a first watch has reported.
 * @returns what the server has sent first
 */
export async function confirmWatch(
  api: ClusterApi,
  resource: ListedResource,
  options: WatchOptions,
): Promise<Confirmation> {
  let confirmation: Confirmation = { shown: 'nothing' };
  let close = (): void => {};
  const confirm = (value: Confirmation): boolean => {
    if (confirmation.shown === 'nothing') confirmation = value;
    close();
    return true;
  };
  await watchList(
    api,
    resource,
    { ...options, timeoutSeconds: CONFIRM_SECONDS },
    {
      opened: (end) => void (close = end),
      event: () => confirm({ shown: 'change' }),
      progress: (resourceVersion) => void confirm({ shown: 'bookmark', resourceVersion }),
    },
  );
  return confirmation;
}

async function readEvents(stream: ApiStream, resource: ListedResource, sink: WatchSink): Promise<WatchEnd> {
  const lines = new LineReader(EVENT_LIMIT);
  try {
    for await (const chunk of stream.chunks) {
      for (const line of lines.take(chunk)) {
        if (line.trim() === '') continue;
        const event = JSON.parse(line) as WatchEvent | null;
        const end = takeEvent(event, line.length, resource, sink);
        if (end) return end;
      }
    }
  } catch {
    return 'closed';
  } finally {
    stream.close();
  }
  return lines.rest.trim() === '' ? 'closed' : 'refused';
}

function takeEvent(
  event: WatchEvent | null,
  bytes: number,
  resource: ListedResource,
  sink: WatchSink,
): WatchEnd | undefined {
  const { type, object } = event ?? {};
  if (type === 'ERROR') return object?.code === 410 ? 'expired' : 'closed';
  // Another kind taken for this one would hide what happens to this one.
  if (type === undefined || object?.kind !== resource.kind) return 'refused';
  if (type !== 'BOOKMARK' && !sink.event(type as 'ADDED', object, bytes)) return 'refused';
  if (object.metadata?.resourceVersion) sink.progress(object.metadata.resourceVersion);
  return undefined;
}
