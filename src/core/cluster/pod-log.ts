import { ApiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { objectPath, type ObjectReference } from './objects.js';

/**
 * Follows the log of a pod until its container ends or `signal` aborts.
 * @param options the container, if the pod has several
 * @returns the log in chunks
 * @throws ApiError when the log cannot be read
 */
export async function* followPodLog(
  api: ClusterApi,
  { resource, name, namespace }: ObjectReference,
  { container, signal }: { container?: string; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const path = `${objectPath(resource, name, namespace)}/log`;
  const query = { follow: true, container };
  // What the container writes is waited for, not the server.
  const stream = await api.stream(path, { query, timeoutMs: 0, signal, isAwaited: false });
  try {
    yield* stream.chunks;
  } finally {
    stream.close();
  }
}

/** Which part of a log to read. */
interface PodLogPart {
  container: string;
  /** True: the log of the container that ran before the current one. */
  previous: boolean;
  /** Only lines since then, in ms since the epoch. */
  since?: number;
  signal: AbortSignal;
}

/** Maximum time without data of a log that is not followed, in ms. */
const IDLE_MS = 60_000;

/**
 * Reads the log of a container until its end, each line with the time at which it was written.
 * @returns the log in chunks
 * @throws ApiError when the log cannot be read; a connection error; Error when no data arrives for a minute
 */
export async function* readContainerLog(
  api: ClusterApi,
  pod: ObjectReference,
  { container, previous, since, signal }: PodLogPart,
): AsyncGenerator<Buffer> {
  const path = `${objectPath(pod.resource, pod.name, pod.namespace)}/log`;
  const sinceTime = since === undefined ? undefined : `${new Date(since).toISOString().slice(0, 19)}Z`;
  const query = { container, previous: previous || undefined, sinceTime, timestamps: true };
  const stream = await api.stream(path, { query, signal });
  let isIdle = false;
  const stop = (): void => {
    isIdle = true;
    stream.close();
  };
  let timer = setTimeout(stop, IDLE_MS);
  try {
    for await (const chunk of stream.chunks) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(stop, IDLE_MS);
    }
  } catch (error) {
    if (isIdle) throw idleError(error);
    throw error;
  } finally {
    clearTimeout(timer);
    stream.close();
  }
  if (isIdle) throw idleError();
}

function idleError(cause?: unknown): Error {
  return new Error(`the API server sent nothing for ${IDLE_MS / 1000} s`, { cause });
}

/** True if the server states that a container has no previous one, or has not started: there is no such log. */
export function hasNoLog(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status === 400 &&
    /previous terminated container|waiting to start|ContainerCreating|PodInitializing/.test(error.answer)
  );
}

/** True if the server states that a pod no longer exists. */
export function hasPodGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.reason === 'NotFound';
}
