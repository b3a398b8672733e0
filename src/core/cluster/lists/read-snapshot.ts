import { setMaxListeners } from 'node:events';
import { forEachParallel } from '../../kit/parallel.js';
import type { Referrer } from '../../model/referrer.js';
import type { StreamRecord } from '../../model/image-stream.js';
import { streamKey } from '../../model/image-stream.js';
import { assertVisible } from '../../model/referrers/not-visible.js';
import { streamReferrer } from '../../model/referrers/stream.js';
import { emptySnapshot, internStream, type ImageStream } from '../../model/table/snapshot.js';
import { hostOf, readEverything, registryHosts, type Everything } from './all-referrers.js';
import type { ClusterApi } from '../api.js';
import { isForbidden } from '../api-error.js';
import { versionKey, type CustomResource } from './custom-kinds.js';
import { declaredSummaries, findKinds, listKind } from './custom-lists.js';
import { discoverResources, type AnyResource } from './discover-resources.js';
import { readList, type ListReader, type ListResult } from './list.js';
import { LongLists } from './long-lists.js';
import { addMissingImages } from './missing-images.js';
import type { ReadOptions, ReadResult } from './read-result.js';
import type { UidSet } from './uid-set.js';
import { ParsePool } from './parse-pool.js';
import type { ReducedPage } from './reduce-page.js';
import {
  EXTENDED_REFERRERS,
  IMAGES,
  IMAGE_STREAMS,
  LIMIT_RANGES,
  REFERRERS,
  qualifiedName,
  type ListedResource,
} from '../resources.js';

/** Maximum concurrent list requests. */
const CONCURRENT_LISTS = 6;
/**
 * Maximum of those with further pages, besides the images: enough to keep network and parsers busy, with few pages in
 * memory. The images are the longest list, so they wait for no other.
 */
const CONCURRENT_LONG_LISTS = 2;

/**
 * Reads everything that a plan is made from, several lists concurrently, and keeps only what decisions need.
 * @throws RegadmError that names the resource that cannot be listed, because a pruner that cannot see all uses must not
 *   delete
 */
export async function readSnapshot(
  api: ClusterApi,
  options: ReadOptions,
  clock: () => number = Date.now,
): Promise<ReadResult> {
  const pool = new ParsePool();
  const abort = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
  setMaxListeners(0, signal);
  const reader = new SnapshotReader(api, pool, { ...options, signal }, clock);
  try {
    return await reader.read();
  } catch (error) {
    abort.abort(error);
    throw error;
  } finally {
    await pool.close();
  }
}

type EverythingOptions = NonNullable<ReadOptions['everything']>;

class SnapshotReader {
  private readonly snapshot = emptySnapshot();
  private readonly resourceVersions = new Map<string, string>();
  private readonly uids = new Map<string, UidSet>();
  private now: number | undefined;
  private clockDifference = NaN;
  private imageObjectBytes = 0;
  private readonly notVisible: ListedResource[] = [];
  private readonly longLists = new LongLists(CONCURRENT_LONG_LISTS);
  private readonly custom: CustomResource[] = [];

  constructor(
    private readonly api: ClusterApi,
    private readonly pool: ParsePool,
    private readonly options: ReadOptions,
    private readonly clock: () => number,
  ) {}

  async read(): Promise<ReadResult> {
    const { withoutReferrers, onlyAsOc, everything: searched, custom } = this.options;
    const referrers = withoutReferrers ? [] : [...REFERRERS, ...(onlyAsOc ? [] : EXTENDED_REFERRERS)];
    const lists = [
      () => this.readImages(),
      ...referrers.map((resource) => () => this.readReferrers(resource)),
      () => this.readStreams(),
      ...(withoutReferrers ? [] : [() => this.readLimits()]),
    ];
    const finding = findKinds(this.api, this.options);
    lists.push(async () => this.readCustomKinds(await finding));
    // The kinds are found while the lists are read; if that fails, the run ends at once.
    await Promise.all([forEachParallel(lists, { concurrency: CONCURRENT_LISTS }, (read) => read()), finding]);
    if (custom?.requireVisible) assertVisible(this.notVisibleNames(), this.snapshot);
    await addMissingImages(this.api, this.snapshot, this.options.signal);
    this.snapshot.subjects = new Map(this.snapshot.images.statedSubjects);
    const everything = searched && (await this.readEverything(searched));
    return {
      snapshot: this.snapshot,
      resourceVersions: this.resourceVersions,
      uids: this.uids,
      now: this.now ?? this.clock(),
      clockDifference: this.clockDifference,
      imageObjectBytes: this.imageObjectBytes,
      referrers: referrers.filter((resource) => !this.notVisible.includes(resource)),
      custom: { read: this.custom, notVisible: this.notVisibleNames(), declared: declaredSummaries(this.custom) },
      everything,
    };
  }

  private async list(
    resource: ListedResource,
    sink: Omit<ListReader<ReducedPage>, 'parser'>,
    namespace?: string,
  ): Promise<ListResult> {
    const started = this.clock();
    const { signal, onPage } = this.options;
    const longLists = resource === IMAGES ? undefined : this.longLists;
    const reader = { parser: this.pool, ...sink };
    const result = await readList(this.api, resource, reader, { namespace, signal, onPage, longLists });
    this.resourceVersions.set(resource.resource, result.resourceVersion);
    if (this.now === undefined && result.serverTime !== undefined) {
      this.now = result.serverTime;
      this.clockDifference = started - result.serverTime;
    }
    return result;
  }

  private async readImages(): Promise<void> {
    // A restarted list keeps the images already read: deleting one that no longer exists is harmless.
    const take = (page: ReducedPage): void => this.snapshot.images.addColumns(page.columns!);
    const { bytes, count } = await this.list(IMAGES, { take, restart: () => {} });
    this.imageObjectBytes = count > 0 ? bytes / count : 0;
  }

  private async readStreams(): Promise<void> {
    const streams = new Map<string, ImageStream>();
    const take = (records: StreamRecord[]): void =>
      records.forEach((record) => streams.set(streamKey(record), internStream(record, this.snapshot.digests)));
    await this.list(
      IMAGE_STREAMS,
      { take: (page) => take(page.streams!), restart: () => streams.clear() },
      this.options.namespace,
    );
    this.snapshot.streams = [...streams.values()];
    const followers = this.snapshot.streams.flatMap((stream) => streamReferrer(stream) ?? []);
    this.snapshot.referrers = this.snapshot.referrers.concat(followers);
  }

  private async readReferrers(resource: ListedResource): Promise<void> {
    let found: Referrer[] = [];
    let pages = 0;
    const take = (page: ReducedPage): void => {
      pages++;
      found.push(...page.referrers!);
    };
    const restart = (): void => void (found = []);
    try {
      const { uids } = await this.list(resource, { take, restart }, this.options.referrersNamespace);
      this.uids.set(resource.resource, uids);
    } catch (error) {
      // Only the first page shows whether the user may list.
      if (!resource.ifAllowed || pages > 0 || !isForbidden(error)) throw error;
      this.notVisible.push(resource);
    }
    this.snapshot.referrers = this.snapshot.referrers.concat(found);
  }

  private notVisibleNames(): string[] {
    return this.notVisible.map(qualifiedName).sort();
  }

  private async readCustomKinds(kinds: readonly CustomResource[]): Promise<void> {
    const { signal, onPage } = this.options;
    const { longLists } = this;
    await forEachParallel(kinds, { concurrency: CONCURRENT_LISTS }, async (kind) => {
      const { resource } = kind;
      const listed = await listKind(this.api, kind, { signal, onPage, longLists });
      if (!listed) return void this.notVisible.push(resource);
      this.resourceVersions.set(versionKey(kind), listed.result.resourceVersion);
      this.snapshot.referrers = this.snapshot.referrers.concat(listed.referrers);
      this.custom.push(kind);
    });
  }

  /** Reads all other resources. They come last, because the host names of the registry come from the image streams. */
  private async readEverything({ hosts: known, skip }: EverythingOptions): Promise<Everything> {
    const { api, snapshot } = this;
    const { signal, onPage } = this.options;
    const ownHosts = snapshot.streams.flatMap((stream) => [hostOf(stream.repository), hostOf(stream.publicRepository)]);
    const hosts = await registryHosts(api, [...known, ...ownHosts], signal);
    const everything: Everything = {
      ...(await discoverResources(api, skip, signal)),
      hosts,
      resourceVersions: new Map(),
    };
    const found: Referrer[] = [];
    const take = (resource: AnyResource, referrers: Referrer[], { resourceVersion }: ListResult): void => {
      for (const referrer of referrers) found.push(referrer);
      everything.resourceVersions.set(qualifiedName(resource), resourceVersion);
    };
    await readEverything(api, everything, take, { signal, onPage });
    snapshot.referrers = snapshot.referrers.concat(found);
    return everything;
  }

  private async readLimits(): Promise<void> {
    await this.list(
      LIMIT_RANGES,
      { take: (page) => this.snapshot.limits.push(...page.limits!), restart: () => void (this.snapshot.limits = []) },
      this.options.referrersNamespace,
    );
  }
}
