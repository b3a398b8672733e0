import type { ClusterApi } from '../cluster/api.js';
import type { StreamChange, StreamState, StreamUpdate } from '../cluster/image-streams.js';
import type { Digest } from '../model/digest.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { SnapshotView } from '../model/table/snapshot.js';
import type { OpeningContext, RegistryAccess } from '../operator/open-registry.js';
import type { Registry } from '../registry/api.js';

export type { StreamChange, StreamState, StreamUpdate } from '../cluster/image-streams.js';

/** Updates image streams. */
export interface ImageStreams {
  /**
   * Reads a stream, lets `decide` choose the change, and writes it, provided that nobody else has changed the stream in
   * between. After a conflict, or if the response was lost, it starts again; `decide` runs each time, right before the
   * request.
   * @param key `namespace/name`: the repository of the stream
   * @returns the stream after the change
   * @throws ApiError if the stream cannot be read or written
   */
  update(key: RepositoryName, decide: (state: StreamState) => Promise<StreamChange | undefined>): Promise<StreamUpdate>;
}

/** Deletes Image objects. */
export interface Images {
  /**
   * Deletes the image of this name, provided that its uid has not changed.
   * @param beforeRetry runs before each retry; an error that it throws ends the retries
   * @returns `gone`: it no longer exists; `replaced`: it was deleted and created again
   * @throws ApiError for every other response
   */
  delete(
    name: Digest,
    options: { uid: string; beforeRetry: () => Promise<void> },
  ): Promise<'deleted' | 'gone' | 'replaced'>;
}

/** Deletes links and blobs. */
export type RegistryDeletions = Pick<Registry, 'deleteLayerLink' | 'deleteManifestLink' | 'deleteBlob'>;

/** Everything outside this process that `prune images` uses. */
export interface PrunePorts {
  /** Lists, watches and access reviews. */
  readonly api: ClusterApi;
  readonly imageStreams: ImageStreams;
  readonly images: Images;
  /**
   * Opens the registry: the one that the user named, or else the one that the snapshot's images and streams name.
   * @throws RegadmError REGISTRY_UNKNOWN if neither names one, or RegistryError
   */
  openRegistry(
    access: RegistryAccess,
    context: OpeningContext,
    snapshot?: Pick<SnapshotView, 'images' | 'streams'>,
  ): Promise<Registry>;
  /** Returns a line about a hard prune that is running or was left unfinished. Never throws. */
  findUnfinishedHardPrune(): Promise<string | undefined>;
  /** Monotonic time in ms, by which the age of what is known of the cluster is measured. Default: `performance.now`. */
  clock?(): number;
}
