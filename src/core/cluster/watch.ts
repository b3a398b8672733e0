import type { KubeObject } from '../model/kube.js';
import { ApiError } from './api-error.js';
import type { ApiStream, ClusterApi } from './api.js';
import { listPath, type ListedResource } from './resources.js';

/**
 * How a watch ended: the server closed it, its start version is too old, or the server does not support or allow it.
 */
export type WatchEnd = 'closed' | 'expired' | 'refused';

interface WatchSink {
  /** Called when the server has accepted the watch: from then on no change is missed. */
  opened(): void;
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void;
  /** Gets the version up to which every change was reported. */
  progress(resourceVersion: string): void;
}

interface WatchEvent {
  type?: string;
  object?: KubeObject & { code?: number };
}

/**
 * Watches a list, starting at a resource version, until the server ends the watch.
 * @returns `refused` also for a server that answers with the list itself
 */
export async function watchList(
  api: ClusterApi,
  resource: ListedResource,
  options: { resourceVersion: string; namespace?: string; signal: AbortSignal },
  sink: WatchSink,
): Promise<WatchEnd> {
  let stream: ApiStream;
  try {
    stream = await api.stream(listPath(resource, options.namespace), {
      query: { watch: true, allowWatchBookmarks: true, resourceVersion: options.resourceVersion },
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof ApiError) return error.status === 410 ? 'expired' : 'refused';
    return 'closed';
  }
  if (stream.headers['content-length'] !== undefined) {
    stream.close();
    return 'refused';
  }
  sink.opened();
  return readEvents(stream, sink);
}

async function readEvents(stream: ApiStream, sink: WatchSink): Promise<WatchEnd> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream.chunks) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.trim() === '') continue;
        const end = takeEvent(JSON.parse(line) as WatchEvent, sink);
        if (end) return end;
      }
    }
  } catch {
    return 'closed';
  } finally {
    stream.close();
  }
  return rest.trim() === '' ? 'closed' : 'refused';
}

function takeEvent({ type, object }: WatchEvent, sink: WatchSink): WatchEnd | undefined {
  if (type === 'ERROR') return object?.code === 410 ? 'expired' : 'closed';
  if (object === undefined || type === undefined) return 'refused';
  if (type !== 'BOOKMARK') sink.event(type as 'ADDED', object);
  if (object.metadata?.resourceVersion) sink.progress(object.metadata.resourceVersion);
  return undefined;
}
