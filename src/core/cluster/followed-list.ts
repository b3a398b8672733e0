import { setTimeout as sleep } from 'node:timers/promises';
import { Deadline } from '../kit/deadline.js';
import { isOlderVersion, type KubeObject } from '../model/kube.js';
import type { ClusterApi } from './api.js';
import { currentVersion } from './current-version.js';
import { assertNotOlder } from './lists/list-error.js';
import type { ListedResource } from './resources.js';
import { watchList } from './watch.js';

/** Maximum size of the kept objects, in bytes of their events. Beyond it, reading the list again costs less. */
const LIMIT_BYTES = 32 * 1024 * 1024;
/** Maximum number of times that the watch is opened again if the server keeps closing it. */
const MAX_REOPENINGS = 100;
/** Pause before a watch is opened again, in ms. */
const PAUSE_MS = 200;
/**
 * Duration of a watch that shows how far the server is, in seconds: the API server sends a bookmark two seconds before
 * the end of a watch (see `confirmWatch`). If the first one shows nothing, the next ones last longer.
 */
const SHORT_SECONDS = 3;
const LONG_SECONDS = 5;
/** What such a watch may take longer than that, in ms, for example to connect. */
const EXTRA_MS = 2000;
/** Maximum number of such watches that show nothing, one after the other. */
const MAX_SILENT = 2;
/** Longest time to wait for the server's watches to reach the current version, in ms. */
const LAG_LIMIT_MS = 15_000;

/** What has changed since a list was read, or why that is not known: then the list must be read again. */
export type LaterState = { changed: KubeObject[] } | { problem: string };

/**
 * Follows a list by a watch, from the version at which it was read, and keeps the newest state of each object that was
 * created or changed since. Deletions are ignored: this serves those who must learn what is now in use.
 */
export class FollowedList {
  private readonly states = new Map<string, { object: KubeObject; bytes: number }>();
  private readonly stopping = new AbortController();
  private bytes = 0;
  /** Number of messages so far. */
  private heard = 0;
  private problem: string | undefined;
  private onProgress = (): void => {};

  /** @param version of the list: up to it, all changes are known */
  constructor(
    private readonly api: ClusterApi,
    private readonly resource: ListedResource,
    private version: string,
    private readonly limitBytes = LIMIT_BYTES,
  ) {
    if (!isNumber(version)) this.problem = NOT_COMPARABLE;
  }

  /** Opens the watch, and opens it again whenever the server closes it. */
  start(): void {
    void this.follow();
  }

  stop(): void {
    this.stopping.abort();
  }

  /**
   * Returns what has changed up to now. A further watch, from the last version that was shown, shows what the first one
   * can have missed, and then a version that is not older than that of a list which is requested now.
   * @throws the signal's reason; ApiError if the list cannot be requested
   */
  async catchUp(signal: AbortSignal): Promise<LaterState> {
    const known = this.version;
    const target = await currentVersion(this.api, this.resource, signal);
    if (!isNumber(target)) this.giveUp(NOT_COMPARABLE);
    if (isOlderVersion(target, known)) this.giveUp('the API server states an older version than before');
    const deadline = performance.now() + LAG_LIMIT_MS;
    for (let silent = 0; this.problem === undefined && !this.hasReached(target);) {
      const { heard } = this;
      await this.look(target, silent === 0 ? SHORT_SECONDS : LONG_SECONDS, signal);
      signal.throwIfAborted();
      silent = this.heard === heard ? silent + 1 : 0;
      if (this.hasReached(target)) break;
      if (silent === MAX_SILENT) this.giveUp('its watches show nothing');
      else if (performance.now() > deadline) this.giveUp('its watches lag behind');
      else await sleep(PAUSE_MS);
    }
    if (this.problem !== undefined) return { problem: this.problem };
    return { changed: [...this.states.values()].map(({ object }) => object) };
  }

  /**
   * Reads the whole list again.
   * @param read reads it, and returns its version
   * @throws what `read` throws; RegadmError LIST_INCONSISTENT if the list is older than what was shown before
   */
  async readAgain(read: () => Promise<string>): Promise<void> {
    // Meanwhile, a watch can show a newer version than the list has.
    const known = this.version;
    const version = await read();
    assertNotOlder(this.resource, version, known);
    if (isOlderVersion(this.version, version)) this.version = version;
  }

  private hasReached(target: string): boolean {
    return !isOlderVersion(this.version, target);
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    for (let reopened = 0; reopened <= MAX_REOPENINGS && this.problem === undefined; reopened++) {
      if (reopened > 0) await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await this.watch({ signal });
    }
  }

  /** Watches for a time, or until a version is reached. */
  private async look(target: string, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const deadline = new Deadline(timeoutSeconds * 1000 + EXTRA_MS, signal);
    this.onProgress = () => {
      if (this.hasReached(target)) deadline.abort(new Error('the version is reached'));
    };
    await this.watch({ timeoutSeconds, signal: deadline.signal });
    this.onProgress = () => {};
    deadline.clear();
  }

  private async watch(options: { timeoutSeconds?: number; signal: AbortSignal }): Promise<void> {
    const resourceVersion = this.version;
    const end = await watchList(
      this.api,
      this.resource,
      { ...options, resourceVersion },
      {
        opened: () => {},
        event: (type, object, bytes) => type === 'DELETED' || this.take(object, bytes, resourceVersion),
        progress: (version) => {
          this.heard++;
          if (isOlderVersion(this.version, version)) this.version = version;
          this.onProgress();
        },
      },
    );
    if (end === 'expired') this.giveUp('the version of the list has expired');
    if (end === 'refused' && !options.signal.aborted) this.giveUp('the API server refuses to show its changes');
  }

  /**
   * Keeps the state of an object.
   * @param start version at which the watch began: an older state shows that the server sends the list itself
   * @returns false if the list must be read again
   */
  private take(object: KubeObject, bytes: number, start: string): boolean {
    const { name, namespace = '', resourceVersion } = object.metadata;
    if (resourceVersion !== undefined && isNumber(resourceVersion) && !isOlderVersion(start, resourceVersion))
      return this.giveUp('its watch shows earlier changes again');
    const key = `${namespace}/${name}`;
    this.bytes += bytes - (this.states.get(key)?.bytes ?? 0);
    if (this.bytes > this.limitBytes) return this.giveUp('its watch shows more changes than memory should hold');
    this.states.set(key, { object, bytes });
    return true;
  }

  private giveUp(problem: string): false {
    this.problem ??= problem;
    this.states.clear();
    return false;
  }
}

const NOT_COMPARABLE = 'the API server states no versions that can be compared';
const isNumber = (version: string): boolean => /^\d+$/.test(version);
