import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Everything } from '../../../cluster/lists/all-referrers.js';
import type { ClusterApi } from '../../../cluster/api.js';
import { ParsePool } from '../../../cluster/lists/parse-pool.js';
import { IMAGES, REFERRERS, qualifiedName } from '../../../cluster/resources.js';
import { watchList, type WatchEnd } from '../../../cluster/watch.js';
import { forEachParallel } from '../../../kit/parallel.js';
import { allowedAge } from './allowed-age.js';
import type { LiveView } from './live-view.js';
import { anyReader, imageReader, referrerReader, streamReader, type ReaderContext } from './source-readers.js';
import { canOpen, isLive, toSource, type Source } from './source.js';

/** Maximum concurrent list requests of a look. */
const LISTS_AT_ONCE = 4;
/** Longest time to wait at the start for the server to accept watches, in ms. */
const OPENING_LIMIT_MS = 1000;

interface ClusterWatcherOptions {
  /** Watch only streams of this namespace. */
  namespace?: string;
  /** Watch only referrers of this namespace. */
  referrersNamespace?: string;
  /** Resource versions of the first lists, by plural name; by qualified name for the resources of `everything`. */
  resourceVersions: Map<string, string>;
  /** The further resources of `--referrers all`. */
  everything?: Everything;
  log?: (level: number, line: string) => void;
  /** Monotonic time in ms. */
  clock?: () => number;
}

/**
 * Keeps a LiveView up to date while objects are deleted: watches what the user may watch, and lists the rest again
 * before the last look becomes too old. `waitUntilFresh` runs before every deletion.
 */
export class ClusterWatcher {
  private readonly sources: Source[];
  private readonly pool = new ParsePool();
  private readonly stopping = new AbortController();
  private readonly clock: () => number;
  private looking: Promise<void> | undefined;
  private durationMs = 0;
  private oldestMs = 0;

  constructor(
    private readonly api: ClusterApi,
    view: LiveView,
    private readonly options: ClusterWatcherOptions,
  ) {
    setMaxListeners(0, this.stopping.signal);
    this.clock = options.clock ?? (() => performance.now());
    this.sources = toSources({ api, view, pool: this.pool, signal: this.stopping.signal }, options);
  }

  /** Age of the oldest look that a deletion rested on, in ms. */
  get oldestLookMs(): number {
    return this.oldestMs;
  }

  /**
   * Opens the watches and lists everything once, also what is watched: a watch does not show when it has sent all
   * earlier events. Only watched images are not listed, because of the size of their list; their watch must catch up
   * while the other lists are read.
   */
  async start(): Promise<void> {
    const opened = Promise.all(this.sources.map((source) => this.open(source)));
    await Promise.race([opened, sleep(OPENING_LIMIT_MS, undefined, { ref: false })]);
    const isWatchedImages = ({ reader, state }: Source): boolean => reader.resource === IMAGES && state === 'watching';
    this.looking = this.lookAt(this.sources.filter((source) => !isWatchedImages(source)));
    await this.looking.finally(() => (this.looking = undefined));
    for (const source of this.sources) if (isWatchedImages(source)) source.caughtUp = true;
  }

  /**
   * Waits until the view is fresh enough for a deletion; undefined if it is.
   * @throws ApiError if something can no longer be listed: then nothing may be deleted
   */
  waitUntilFresh(): Promise<void> | undefined {
    const age = this.age();
    const limit = allowedAge(this.durationMs);
    if (age > limit) return this.look().then(() => this.noteAge(this.age()));
    // The next look starts early enough to be complete when this one becomes too old.
    if (age > Math.max(limit / 2, limit - 2 * this.durationMs)) this.look().catch(() => {});
    this.noteAge(age);
    return undefined;
  }

  /**
   * Looks now, however recent the last look is. Used between phases.
   * @throws ApiError as `waitUntilFresh`
   */
  async look(): Promise<void> {
    const now = this.clock();
    this.looking ??= this.lookAt(this.sources.filter((source) => !isLive(source, now))).finally(
      () => (this.looking = undefined),
    );
    return this.looking;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking?.catch(() => {});
    await this.pool.close();
  }

  /** Returns the age of the oldest list of the sources that are not watched, in ms. */
  private age(): number {
    const now = this.clock();
    const listed = this.sources.filter((source) => !isLive(source, now));
    return now - Math.min(now, ...listed.map(({ listedAt }) => listedAt));
  }

  private noteAge(age: number): void {
    if (age > this.oldestMs) this.oldestMs = age;
  }

  private async lookAt(sources: Source[]): Promise<void> {
    const started = this.clock();
    await forEachParallel(sources, { concurrency: LISTS_AT_ONCE }, (source) => this.list(source));
    for (const source of sources) source.listedAt = Math.max(source.listedAt, started);
    this.durationMs = this.clock() - started;
    this.options.log?.(6, `looked at the cluster again in ${Math.round(this.durationMs)} ms`);
  }

  private async list(source: Source): Promise<void> {
    const { opened } = source;
    const wasWatching = source.state === 'watching';
    const isWatched = (): boolean => source.state === 'watching' || source.opened !== opened;
    const resourceVersion = await source.reader.list(isWatched);
    if (wasWatching && source.opened === opened) source.caughtUp = source.state === 'watching';
    if (isWatched()) return;
    source.resourceVersion = resourceVersion;
    void this.open(source);
  }

  /** Opens a watch; resolves when the server has accepted or refused it. */
  private open(source: Source): Promise<void> {
    if (!canOpen(source)) return Promise.resolve();
    source.reopenings++;
    source.state = 'opening';
    return new Promise((resolve) => {
      void this.watch(source, resolve)
        .catch((): WatchEnd => 'closed')
        .then((end) => {
          this.onEnd(source, end);
          resolve();
        });
    });
  }

  private watch(source: Source, onOpened: () => void): Promise<WatchEnd> {
    const { reader, namespace, resourceVersion } = source;
    return watchList(
      this.api,
      reader.resource,
      { resourceVersion, namespace, signal: this.stopping.signal },
      {
        opened: () => {
          source.state = 'watching';
          source.opened++;
          source.caughtUp = false;
          source.heardAt = this.clock();
          onOpened();
        },
        event: (type, object) => reader.take(type, object),
        progress: (version) => {
          source.resourceVersion = version;
          source.heardAt = this.clock();
        },
      },
    );
  }

  private onEnd(source: Source, end: WatchEnd): void {
    source.state = end === 'refused' ? 'refused' : 'closed';
    // The last events before the end can be missing, so the source is listed before the next deletion.
    source.listedAt = -Infinity;
    if (end === 'expired') source.resourceVersion = '';
    if (end === 'closed' && !this.stopping.signal.aborted) void this.open(source);
  }
}

function toSources(context: ReaderContext, options: ClusterWatcherOptions): Source[] {
  const { namespace, referrersNamespace, resourceVersions, everything } = options;
  const versionOf = (name: string): string => resourceVersions.get(name) ?? '';
  return [
    toSource(imageReader(context), versionOf(IMAGES.resource)),
    toSource(streamReader(context, namespace), versionOf('imagestreams'), namespace),
    ...REFERRERS.map((resource) =>
      toSource(referrerReader(context, resource, referrersNamespace), versionOf(resource.resource), referrersNamespace),
    ),
    ...(everything?.resources ?? []).map((any) =>
      toSource(anyReader(context, any, everything!), versionOf(qualifiedName(any))),
    ),
  ];
}
