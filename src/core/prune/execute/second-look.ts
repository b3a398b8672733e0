import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { anyKind, anyReducer, listAny, type Everything } from '../../cluster/all-referrers.js';
import type { ClusterApi } from '../../cluster/api.js';
import type { AnyResource } from '../../cluster/discover-resources.js';
import { readList } from '../../cluster/list.js';
import { ParsePool } from '../../cluster/parse-pool.js';
import type { ReducedPage } from '../../cluster/reduce-page.js';
import { IMAGES, IMAGE_STREAMS, REFERRERS, qualifiedName, type ListedResource } from '../../cluster/resources.js';
import { watchList, type WatchEnd } from '../../cluster/watch.js';
import { reduceImage } from '../../model/image.js';
import { reduceStream, streamKey, type StreamRecord } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import { REFERRER_KINDS, REFERRER_KIND_NAMES, type ReferrerResource } from '../../model/referrers/index.js';
import type { Referrer } from '../../model/referrer.js';
import type { LiveView } from './live-view.js';

/** A look may be five times as old as it takes: looking costs a fifth of the run at the most. */
const AGE_PER_DURATION = 5;
const SHORT_LOOK_MS = 100;
const AGE_PER_SHORT_DURATION = 10;
const YOUNGEST_LIMIT_MS = 50;
const OLDEST_LIMIT_MS = 30_000;
const LISTS_AT_ONCE = 4;
/** A server that takes longer to accept a watch is not waited for. */
const OPENING_LIMIT_MS = 1000;
const SILENCE_LIMIT_MS = 120_000;
/** A watch that the server keeps closing is not worth opening again and again. */
const MAX_REOPENINGS = 20;

/**
 * How old (ms) a look that takes `durationMs` may be when a deletion rests on it: ten times what it takes while that is little, 500 ms for
 * one of 50 to 100 ms, then five times what it takes, never more than 30 s.
 */
export function allowedAge(durationMs: number): number {
  if (durationMs > SHORT_LOOK_MS) return Math.min(OLDEST_LIMIT_MS, AGE_PER_DURATION * durationMs);
  return Math.min(AGE_PER_DURATION * SHORT_LOOK_MS, Math.max(YOUNGEST_LIMIT_MS, AGE_PER_SHORT_DURATION * durationMs));
}

export interface SecondLookOptions {
  /** Only streams of this namespace are looked at. */
  namespace?: string;
  /** Only referrers of this namespace. */
  referrersNamespace?: string;
  /** Where the first lists ended, by plural name. */
  resourceVersions: Map<string, string>;
  /** `--referrers all`: what else is looked at. */
  everything?: Everything;
  log?: (level: number, line: string) => void;
  clock?: () => number;
}

interface Source {
  resource: ListedResource;
  /** For one of the resources that only `--referrers all` looks at. */
  any?: AnyResource;
  namespace?: string;
  resourceVersion: string;
  watching: boolean;
  /** A watch is asked for. */
  opening: boolean;
  /** How many watches there have been. */
  opened: number;
  /** The source was listed after the present watch was opened: what it had still to tell from before is known. */
  caughtUp: boolean;
  refused: boolean;
  reopenings: number;
  /** When (by the clock of this look) the source was last told of as a whole: listed, or watched until then. */
  knownAt: number;
  /** When the watch said something last; servers send a bookmark every minute. */
  heardAt: number;
}

const NOT_WATCHED = {
  watching: false,
  opening: false,
  opened: 0,
  caughtUp: false,
  refused: false,
  reopenings: 0,
  knownAt: -Infinity,
  heardAt: -Infinity,
};

/**
 * Keeps a LiveView true while things are deleted: watches what may be watched, lists the rest again before a look grows too old.
 * `fresh()` stands before every deletion.
 */
export class SecondLook {
  private readonly sources: Source[];
  private readonly pool = new ParsePool();
  private readonly ending = new AbortController();
  private readonly clock: () => number;
  private looking: Promise<void> | undefined;
  private durationMs = 0;
  private oldest = 0;

  constructor(
    private readonly api: ClusterApi,
    private readonly view: LiveView,
    private readonly options: SecondLookOptions,
  ) {
    setMaxListeners(0, this.ending.signal);
    this.clock = options.clock ?? (() => performance.now());
    const source = (resource: ListedResource, namespace?: string): Source => ({
      resource,
      namespace,
      resourceVersion: options.resourceVersions.get(resource.resource) ?? '',
      ...NOT_WATCHED,
    });
    this.sources = [
      source(IMAGES),
      source(IMAGE_STREAMS, options.namespace),
      ...REFERRERS.map((resource) => source(resource, options.referrersNamespace)),
      ...(options.everything?.resources ?? []).map((any) => this.anySource(any)),
    ];
  }

  /** A kind that could be listed before and is not there any more (404) has no objects. */
  private anySource(any: AnyResource): Source {
    const resourceVersion = this.options.resourceVersions.get(qualifiedName(any)) ?? '';
    const resource = { ...any, optional: true };
    return { resource, any: resource, resourceVersion, ...NOT_WATCHED };
  }

  /** The age (ms) of the oldest look that a deletion rested on. */
  get oldestLookMs(): number {
    return this.oldest;
  }

  /**
   * Opens the watches; what refuses one, or does not answer soon, is listed instead. Ends with a first look, at what is watched too: nothing
   * tells when a watch has handed out what happened before it was opened. Only images are left out of that, for the size of their list: their
   * watch has the time of all other lists for it.
   */
  async start(): Promise<void> {
    const opened = Promise.all(this.sources.map((source) => this.open(source)));
    await Promise.race([opened, sleep(OPENING_LIMIT_MS, undefined, { ref: false })]);
    this.looking = this.lookOnce(this.sources.filter(({ resource, watching }) => resource !== IMAGES || !watching));
    await this.looking.finally(() => (this.looking = undefined));
    for (const source of this.sources) if (source.resource === IMAGES && source.watching) source.caughtUp = true;
  }

  /**
   * Resolves when the view is fresh enough for a deletion; `undefined` when it is so already.
   * @throws ApiError when something cannot be listed any more: then nothing may be deleted
   */
  fresh(): Promise<void> | undefined {
    const age = this.age();
    const limit = allowedAge(this.durationMs);
    if (age > limit) return this.look().then(() => void this.rest(this.age()));
    // The next look begins just in time to be there when this one has grown too old.
    if (age > Math.max(limit / 2, limit - 2 * this.durationMs)) this.look().catch(() => {});
    this.rest(age);
    return undefined;
  }

  /** Looks now, however young the last look is: between the phases. */
  async look(): Promise<void> {
    this.looking ??= this.lookOnce(this.sources.filter((source) => !this.isWatched(source))).finally(
      () => (this.looking = undefined),
    );
    return this.looking;
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.looking?.catch(() => {});
    await this.pool.close();
  }

  private age(): number {
    const listed = this.sources.filter((source) => !this.isWatched(source));
    return this.clock() - Math.min(this.clock(), ...listed.map(({ knownAt }) => knownAt));
  }

  /** A watch that has been silent for long may hang: then its source is listed too. */
  private isWatched({ watching, caughtUp, heardAt }: Source): boolean {
    return watching && caughtUp && this.clock() - heardAt < SILENCE_LIMIT_MS;
  }

  private rest(age: number): void {
    if (age > this.oldest) this.oldest = age;
  }

  private async lookOnce(listed: Source[]): Promise<void> {
    const started = this.clock();
    const limit = pLimit(LISTS_AT_ONCE);
    await Promise.all(listed.map((source) => limit(() => this.list(source))));
    for (const source of listed) source.knownAt = Math.max(source.knownAt, started);
    this.durationMs = this.clock() - started;
    this.options.log?.(6, `looked again in ${Math.round(this.durationMs)} ms`);
  }

  private async list(source: Source): Promise<void> {
    const { resource, namespace } = source;
    const { view, api, pool } = this;
    const signal = this.ending.signal;
    const { opened, watching } = source;
    let resourceVersion: string;
    // What a watch tells while a list is under way is newer than the list.
    const watched = (): boolean => source.watching || source.opened !== opened;
    const take = (kind: string, found: Referrer[]): void =>
      watched() ? view.addReferrers(found) : view.setReferrers(kind, found);
    if (resource === IMAGES) {
      const result = await readList(
        api,
        resource,
        { parser: pool, take: (page) => view.images.addColumns(page.columns!), restart: () => {} },
        { signal },
      );
      resourceVersion = result.resourceVersion;
    } else if (resource === IMAGE_STREAMS) {
      let records: StreamRecord[] = [];
      const reader = {
        parser: pool,
        take: (page: ReducedPage) => records.push(...page.streams!),
        restart: () => void (records = []),
      };
      resourceVersion = (await readList(api, resource, reader, { namespace, signal })).resourceVersion;
      if (watched()) view.addStreams(records);
      else view.setStreams(records);
    } else if (source.any) {
      const { referrers, result } = await listAny(api, source.any, this.options.everything!.hosts, { signal });
      resourceVersion = result.resourceVersion;
      take(anyKind(source.any), referrers);
    } else {
      let found: Referrer[] = [];
      const reader = {
        parser: pool,
        take: (page: ReducedPage) => found.push(...page.referrers!),
        restart: () => void (found = []),
      };
      resourceVersion = (await readList(api, resource, reader, { namespace, signal })).resourceVersion;
      take(REFERRER_KIND_NAMES[resource.resource as ReferrerResource], found);
    }
    if (watching && source.opened === opened) source.caughtUp = source.watching;
    if (watched()) return;
    source.resourceVersion = resourceVersion;
    void this.open(source);
  }

  /** Opens a watch and resolves when it is known whether there is one. */
  private open(source: Source): Promise<void> {
    if (source.refused || source.watching || source.opening || source.resourceVersion === '') return Promise.resolve();
    if (++source.reopenings > MAX_REOPENINGS) return Promise.resolve();
    source.opening = true;
    return new Promise((resolve) => {
      const { resource, namespace, resourceVersion } = source;
      void watchList(
        this.api,
        resource,
        { resourceVersion, namespace, signal: this.ending.signal },
        {
          opened: () => {
            source.watching = true;
            source.opening = false;
            source.opened++;
            source.caughtUp = false;
            source.heardAt = this.clock();
            resolve();
          },
          event: (type, object) => this.take(source, type, object),
          progress: (version) => {
            source.resourceVersion = version;
            source.heardAt = this.clock();
          },
        },
      )
        .catch((): WatchEnd => 'closed')
        .then((end) => {
          source.watching = source.opening = false;
          // What a watch told until its end may lack the last events: the source is listed before the next deletion.
          source.knownAt = -Infinity;
          if (end === 'refused') source.refused = true;
          if (end === 'expired') source.resourceVersion = '';
          resolve();
          if (end === 'closed' && !this.ending.signal.aborted) void this.open(source);
        });
    });
  }

  private take({ resource, any }: Source, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    const { view } = this;
    const gone = type === 'DELETED';
    if (resource === IMAGES) {
      if (!gone) view.putImage(reduceImage(object));
    } else if (resource === IMAGE_STREAMS) {
      if (gone) view.removeStream(streamKey(reduceStream(object)), object.metadata.resourceVersion);
      else view.putStream(reduceStream(object));
    } else {
      const reduce = any
        ? anyReducer(any, this.options.everything!.hosts)
        : REFERRER_KINDS[resource.resource as ReferrerResource];
      const referrer = reduce(object);
      // Most of what `all` watches (leases, endpoints, …) names no image and changes all the time.
      if (gone || (any && referrer.references.length === 0)) view.removeReferrer(referrer);
      else view.putReferrer(referrer);
    }
  }
}
