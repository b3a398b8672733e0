import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { versionKey, type CustomResource } from '../../../cluster/lists/custom-kinds.js';
import type { Everything } from '../../../cluster/lists/all-referrers.js';
import { ParsePool } from '../../../cluster/lists/parse-pool.js';
import type { UidSet } from '../../../cluster/lists/uid-set.js';
import { IMAGES, IMAGE_STREAMS, qualifiedName, type ListedResource } from '../../../cluster/resources.js';
import { ageClock } from '../../../kit/clock.js';
import { forEachParallel } from '../../../kit/parallel.js';
import type { ClusterReads } from '../../ports.js';
import { allowedAge, allowedAgeOfPartial } from './allowed-age.js';
import type { LiveView } from './live-view.js';
import {
  anyReader,
  customReader,
  imageReader,
  referrerReader,
  streamReader,
  type Look,
  type ReaderContext,
} from './source-readers.js';
import { SeenDeletions } from './seen-deletions.js';
import { SourceWatches, OPENING_LIMIT_MS, type ConfirmWaits } from './source-watches.js';
import { isLive, needsConfirmation, toSource, type Source } from './source.js';
import { WatchBudget } from './watch-budget.js';

/** Maximum concurrent list requests of a look at whole objects. Metadata are listed one after the other. */
const LISTS_AT_ONCE = 4;
/** Maximum share of whole objects in a look at metadata. */
const MOST_WHOLE = 0.1;
/** Longest time to wait for a watch to show the run's own deletions, in ms. After that, images are listed. */
const ECHO_LIMIT_MS = 2000;
const ECHO_POLL_MS = 20;

interface ClusterWatcherOptions {
  /** Watch only objects of this namespace. */
  namespace?: string;
  /** Resource versions of the first lists, by plural name; of custom kinds by `versionKey`. */
  resourceVersions: Map<string, string>;
  /** Identifies the objects of the first lists of `referrers`, by plural name. If unknown, they are listed again. */
  uids?: ReadonlyMap<string, UidSet>;
  /** The resources with uses that were read. */
  referrers: readonly ListedResource[];
  /** The custom kinds that were read. */
  custom?: readonly CustomResource[];
  /** The further resources of `--referrers all`. */
  everything?: Everything;
  log?: (level: number, line: string) => void;
  /** Time in ms that never runs backwards. */
  clock?: () => number;
  /** For tests. */
  confirmWaits?: ConfirmWaits;
  /** Maximum size of what watches add, in bytes. For tests. */
  watchLimitBytes?: number;
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
  private readonly watches: SourceWatches;
  private readonly deletions: SeenDeletions;
  private looking: Promise<void> | undefined;
  private durationMs = 0;
  /** True if the last look has read nearly only metadata. */
  private isPartial = false;
  private oldestMs = 0;

  constructor(
    cluster: Omit<ClusterReads, 'readSnapshot'>,
    view: LiveView,
    private readonly options: ClusterWatcherOptions,
  ) {
    setMaxListeners(0, this.stopping.signal);
    this.clock = options.clock ?? ageClock();
    const { signal } = this.stopping;
    const { confirmWaits, watchLimitBytes } = options;
    const budget = new WatchBudget(() => view.knownSize, watchLimitBytes);
    this.watches = new SourceWatches({ cluster, clock: this.clock, signal, budget, confirmWaits });
    this.deletions = new SeenDeletions((name) => view.digests.find(name));
    this.sources = toSources({ cluster, view, pool: this.pool, signal }, options, this.deletions);
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
    const opened = Promise.all(this.sources.map((source) => this.watches.open(source)));
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
    this.confirmSilent();
    const age = this.age();
    const limit = this.isPartial ? allowedAgeOfPartial(this.durationMs) : allowedAge(this.durationMs);
    if (age > limit) return this.look().then(() => this.noteAge(this.age()));
    // The next look starts early enough to be complete when this one becomes too old.
    if (age > Math.max(limit / 2, limit - 2 * this.durationMs)) this.look().catch(() => {});
    this.noteAge(age);
    return undefined;
  }

  /**
   * Looks now, even if the last look is recent. Used between phases.
   * @throws ApiError as `waitUntilFresh`
   */
  async look(): Promise<void> {
    this.looking ??= this.lookAtStale().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /**
   * Learns of the image streams, and of every image that was created before now. If images are watched, this means
   * before the run's last deletion of an image: a watch shows changes in their order, so with the deletions it has also
   * shown all earlier changes.
   * @param deleted the images (digest numbers) that the run has deleted
   * @throws ApiError as `waitUntilFresh`
   */
  async catchUp(deleted: readonly number[]): Promise<void> {
    await this.looking?.catch(() => {});
    const now = this.clock();
    const images = this.sources.filter(({ reader }) => reader.resource === IMAGES);
    const streams = this.sources.filter(({ reader }) => reader.resource === IMAGE_STREAMS);
    await this.lookAt([...images, ...streams].filter((source) => !isLive(source, now)));
    if (!images.every((source) => isLive(source, now))) return;
    for (let waited = 0; waited < ECHO_LIMIT_MS && deleted.length > 0; waited += ECHO_POLL_MS) {
      if (this.deletions.hasAll(deleted)) return;
      await sleep(ECHO_POLL_MS, undefined, { ref: false });
    }
    await this.lookAt(images);
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

  /** Starts to confirm the watches that have been silent for some time. */
  private confirmSilent(): void {
    const now = this.clock();
    for (const source of this.sources) if (needsConfirmation(source, now)) void this.watches.confirm(source);
  }

  /** Lists what no watch keeps up to date. A watch that was silent for too long counts again if it can be confirmed. */
  private async lookAtStale(): Promise<void> {
    const before = this.clock();
    const silent = this.sources.filter((source) => needsConfirmation(source, before) && !isLive(source, before));
    await Promise.all(silent.map((source) => this.watches.confirm(source)));
    const now = this.clock();
    await this.lookAt(this.sources.filter((source) => !isLive(source, now)));
  }

  private async lookAt(sources: Source[]): Promise<void> {
    const started = this.clock();
    const looks: Look[] = [];
    const concurrency = this.isPartial ? 1 : LISTS_AT_ONCE;
    await forEachParallel(sources, { concurrency }, async (source) => {
      looks.push(await this.list(source));
    });
    this.isPartial = isMostlyPartial(looks);
    for (const source of sources) source.listedAt = Math.max(source.listedAt, started);
    this.durationMs = this.clock() - started;
    this.options.log?.(6, `looked at the cluster again in ${Math.round(this.durationMs)} ms`);
  }

  private async list(source: Source): Promise<Look> {
    const { opened } = source;
    const wasWatching = source.state === 'watching';
    const isWatched = (): boolean => source.state === 'watching' || source.opened !== opened;
    const look = await source.reader.list(isWatched, source.resourceVersion);
    if (wasWatching && source.opened === opened) source.caughtUp = source.state === 'watching';
    if (isWatched()) return look;
    source.resourceVersion = look.resourceVersion;
    void this.watches.open(source);
    return look;
  }
}

function toSources(context: ReaderContext, options: ClusterWatcherOptions, deletions: SeenDeletions): Source[] {
  const { namespace, referrers, resourceVersions, uids, custom = [], everything } = options;
  const versionOf = (name: string): string => resourceVersions.get(name) ?? '';
  return [
    toSource(imageReader(context, deletions), versionOf(IMAGES.resource)),
    toSource(streamReader(context, namespace), versionOf('imagestreams'), namespace),
    ...referrers.map((resource) =>
      toSource(
        referrerReader(context, resource, { namespace, uids: uids?.get(resource.resource) }),
        versionOf(resource.resource),
        namespace,
      ),
    ),
    ...custom.map((kind) => toSource(customReader(context, kind), versionOf(versionKey(kind)))),
    ...(everything?.resources ?? []).map((any) =>
      toSource(anyReader(context, any, everything!), everything!.resourceVersions.get(qualifiedName(any)) ?? ''),
    ),
  ];
}

/** True if looks have read nearly only metadata and changed objects. */
function isMostlyPartial(looks: readonly Look[]): boolean {
  const sum = (some: readonly Look[]): number => some.reduce((total, { bytes }) => total + bytes, 0);
  return sum(looks.filter(({ isPartial }) => !isPartial)) <= MOST_WHOLE * sum(looks);
}
