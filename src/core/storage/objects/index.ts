import type { Digest } from '../../model/digest.js';
import type {
  CandidateFacts,
  Candidates,
  StorageSnapshot,
  StoredRepository,
  StoredSizes,
} from '../../model/registry-storage.js';
import { KnownBlobs } from '../known-blobs.js';
import { blobData, hexOf } from '../layout.js';
import { DELETED, WRITTEN, reportDeleted } from '../results.js';
import type {
  Deletion,
  DeletionRun,
  InspectOptions,
  Link,
  ListOptions,
  MeasureOptions,
  OpenBlob,
  RecentLinks,
  RepositoryDeletion,
  Storage,
  Upload,
} from '../storage.js';
import { KeyDeleter } from './delete-keys.js';
import { deleteRepositories } from './delete-repositories.js';
import { deleteUploads, listOpenUploads } from './delete-uploads.js';
import { inspectListing } from './inspect.js';
import { BLOBS, listObjects, listRepositories, type Listing } from './list.js';
import {
  blobsWrittenSince,
  findExisting,
  checkLink,
  isOld,
  layerLinkKey,
  listedLinks,
  lookUpLinks,
  manifestLinkKey,
  type LinkTimes,
} from './look-up.js';
import { measureListing } from './measure.js';
import type { ObjectStore } from './object-store.js';
import { assertBlobLayout } from './open.js';
import { ObjectReader } from './reader.js';

/** A registry's storage in an object store, as the registry's drivers for object storage write it. */
export class ObjectStorage extends ObjectReader implements Storage {
  private readonly deleter: KeyDeleter;
  private readonly listings = new WeakMap<StorageSnapshot, Listing>();
  /** The last listing: what was planned is in it. */
  private last: Listing | undefined;
  private readonly deletedBlobs = new Set<string>();
  private readonly isListed = (hex: string): boolean => this.last?.blobs.writtenAt(hex) !== undefined;
  private readonly known = new KnownBlobs(this.isListed);

  /** @param root key of the registry's `docker/registry/v2` */
  constructor(store: ObjectStore, root: string) {
    super(store, root);
    this.deleter = new KeyDeleter(store);
  }

  async list({ layerLinks = false, signal, onListed }: ListOptions = {}): Promise<StorageSnapshot> {
    const listing = await listObjects({ ...this.source, signal, onPage: onListed });
    assertBlobLayout(this.store.name, listing.blobs.size, listing.foreign);
    const repositories: StoredRepository[] = [];
    for (const { name, manifests, layers, uploads, hasKeys } of listing.repositories.all())
      if (hasKeys)
        repositories.push({
          name,
          manifests: manifests.hexes,
          uploads: [...uploads.keys()],
          ...(layerLinks ? { layers: layers.hexes } : {}),
        });
    const snapshot = { blobs: listing.blobs.hexes, repositories, ignored: [...listing.foreign].sort() };
    this.listings.set(snapshot, listing);
    this.last = listing;
    return snapshot;
  }

  measure(snapshot: StorageSnapshot, { signal, onLookUp }: MeasureOptions = {}): Promise<StoredSizes> {
    return measureListing({ ...this.source, signal }, this.listingOf(snapshot), onLookUp);
  }

  inspect(snapshot: StorageSnapshot, candidates: Candidates, options: InspectOptions): Promise<CandidateFacts> {
    return inspectListing(this.source, this.listingOf(snapshot), candidates, options);
  }

  async prepareDeletion(signal?: AbortSignal): Promise<void> {
    await this.store.prepareDeletion?.(signal);
  }

  async findLinkedSince(digests: readonly Digest[], since: number): Promise<RecentLinks> {
    const wanted = new Map(digests.map((digest) => [hexOf(digest), digest]));
    const [blobs, manifests] = [new Set<Digest>(), new Set<string>()];
    await listRepositories({ ...this.source, writtenSince: since }, (key, { writtenAt }) => {
      if ((key.kind !== 'manifest-link' && key.kind !== 'layer-link') || writtenAt < since) return;
      const digest = wanted.get(key.hex);
      if (digest !== undefined) blobs.add(digest);
      if (key.kind === 'manifest-link') manifests.add(key.hex);
    });
    return { blobs, manifests };
  }

  readBlob(digest: Digest, limitBytes: number): Promise<Buffer | undefined> {
    const key = blobData(this.source.root, hexOf(digest));
    return this.known.read(hexOf(digest), () => this.store.read(key, limitBytes));
  }

  openBlob(digest: Digest, { signal }: { signal?: AbortSignal } = {}): Promise<OpenBlob | undefined> {
    const key = blobData(this.source.root, hexOf(digest));
    return this.known.read(hexOf(digest), () => this.store.open(key, signal));
  }

  deleteManifestLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]> {
    const { root } = this.source;
    return this.deleter.guarded(links.length, async () => {
      const found = await this.linkTimes(links, run);
      // A link whose blob the listing does not have seems to dangle: the listing can be older than the blob.
      const blobs = await this.existingBlobs(links.filter(({ digest }) => !this.isListed(hexOf(digest))));
      return this.deleteChecked(links, run, (link) => {
        const key = manifestLinkKey(root, link);
        const kept = blobs.get(hexOf(link.digest)) ?? checkLink(link, key, found, run);
        if (kept) return kept;
        const layer = layerLinkKey(root, link);
        return isOld(found.times.get(layer), run) ? [key, layer] : [key];
      });
    });
  }

  async deleteRepositories(names: readonly string[], run: DeletionRun): Promise<RepositoryDeletion[]> {
    if (names.length === 0) return [];
    return this.deleter.guarded(names.length, async () => {
      const uploads = await listOpenUploads(this.source);
      return deleteRepositories(names, { ...this.source, deleter: this.deleter, run, uploads, total: this.totalKeys });
    });
  }

  async deleteUploads(uploads: readonly Upload[], run: DeletionRun): Promise<Deletion[]> {
    if (uploads.length === 0) return [];
    const knownTime = ({ repository, id }: Upload): number | undefined =>
      repository === BLOBS ? this.last?.blobUploads.get(id) : this.last?.repositories.get(repository)?.uploads.get(id);
    return this.deleter.guarded(uploads.length, async () => {
      const open = await listOpenUploads(this.source);
      return deleteUploads(uploads, { ...this.source, deleter: this.deleter, run, open, knownTime });
    });
  }

  deleteBlobs(digests: readonly Digest[], run: DeletionRun): Promise<Deletion[]> {
    const hexes = digests.map(hexOf);
    this.known.expectDeletions();
    return this.deleter.guarded(hexes.length, async () => {
      const young = await this.youngBlobs(hexes, run);
      const deletions = await this.deleteChecked(hexes, run, (hex) =>
        young.has(hex) ? WRITTEN : [blobData(this.source.root, hex)],
      );
      for (const [at, { status }] of deletions.entries()) if (status === 'deleted') this.deletedBlobs.add(hexes[at]!);
      return deletions;
    });
  }

  deleteLayerLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]> {
    const { root } = this.source;
    return this.deleter.guarded(links.length, async () => {
      const found = await this.linkTimes(links, run);
      const blobs = await this.existingBlobs(links);
      return this.deleteChecked(links, run, (link) => {
        const key = layerLinkKey(root, link);
        return blobs.get(hexOf(link.digest)) ?? checkLink(link, key, found, run) ?? [key];
      });
    });
  }

  protected override listedSize(hex: string): number | undefined {
    const bytes = this.last?.blobs.factsOf(hex)?.bytes;
    return bytes === 0 && this.store.limits.hidesSizes ? undefined : bytes;
  }

  /** Number of keys of all repositories; without a listing, it counts as unlimited. */
  private get totalKeys(): number {
    return this.last?.repositories.keys ?? Infinity;
  }

  /** Returns the listing that a snapshot was made from. @throws Error if the snapshot is not of this storage */
  private listingOf(snapshot: StorageSnapshot): Listing {
    const listing = this.listings.get(snapshot);
    if (!listing) throw new Error('the snapshot is not of this storage');
    return listing;
  }

  /** Finds the blobs that were written again; where listings lag behind, each one is looked up at its deletion. */
  private async youngBlobs(hexes: readonly string[], run: DeletionRun): Promise<Set<string>> {
    const { keepWrittenSince: since, linksAreKnown } = run;
    if (since === undefined || linksAreKnown || this.store.limits.listsLate) return new Set();
    return blobsWrittenSince(this.source, hexes, { since, total: this.last?.blobs.size ?? 0 });
  }

  /** Finds when links were written: again if age matters or listings lag behind, else as listed. */
  private linkTimes(links: readonly Link[], { keepWrittenSince }: DeletionRun): LinkTimes | Promise<LinkTimes> {
    const isListed = keepWrittenSince === undefined && !this.store.limits.listsLate && this.last !== undefined;
    return isListed
      ? listedLinks(this.source.root, this.last!, links)
      : lookUpLinks(this.source, links, this.totalKeys);
  }

  /** Looks up the blobs of links that seem to dangle. @returns results for those that exist or cannot be looked up */
  private existingBlobs(links: readonly Link[]): Promise<Map<string, Deletion>> {
    const hexes = new Set(links.map(({ digest }) => hexOf(digest)));
    if (!this.store.limits.listsLate) for (const hex of this.deletedBlobs) hexes.delete(hex);
    return findExisting(this.source, hexes);
  }

  /** Deletes the keys that `check` returns for each item, or takes its result. The first key decides. */
  private async deleteChecked<T>(
    items: readonly T[],
    run: DeletionRun,
    check: (item: T) => Deletion | string[],
  ): Promise<Deletion[]> {
    const checked = items.map(check);
    const keys = checked.flatMap((each) => (Array.isArray(each) ? each : []));
    const deletions = (await this.deleter.delete(keys, run)).values();
    const results = checked.map((each): Deletion => {
      if (!Array.isArray(each)) return each;
      const all = each.map(() => deletions.next().value as Deletion);
      return all.find(({ status }) => status === 'failed') ?? all[0] ?? DELETED;
    });
    reportDeleted(results, run);
    return results;
  }
}
