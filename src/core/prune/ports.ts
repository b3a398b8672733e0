import type { WritableBackup } from '../backup-directory/open.js';
import type { AccessReview, Permission } from '../cluster/access-review.js';
import type { StreamChange } from '../cluster/image-streams/change.js';
import type { TagDeletion } from '../cluster/image-streams/delete-tag.js';
import type { StreamState, StreamUpdate } from '../cluster/image-streams/update.js';
import type { Digest } from '../model/digest.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { listAny } from '../cluster/lists/all-referrers.js';
import type { listMetadata } from '../cluster/lists/list-metadata.js';
import type { listReferrers, Reduce } from '../cluster/lists/list-referrers.js';
import type { AnyResource } from '../cluster/lists/discover-resources.js';
import type { ListOptions, ListReader, ListResult } from '../cluster/lists/list.js';
import type { ListPage } from '../cluster/lists/page.js';
import type { ReadOptions, ReadResult } from '../cluster/lists/read-result.js';
import type { ListedResource } from '../cluster/resources.js';
import type { Confirmation, WatchEnd, WatchOptions, WatchSink } from '../cluster/watch.js';
import type { RegadmError } from '../model/errors.js';
import type { StreamRecord } from '../model/image-stream.js';
import type { KubeObject } from '../model/kube.js';
import type { SnapshotView } from '../model/table/snapshot.js';
import type { Reporter } from '../kit/reporter.js';
import type { OpeningContext, RegistryAccess } from '../operator/open-registry.js';
import type { RegistrySetup } from '../operator/state.js';
import type { Registry } from '../registry/api.js';
import type { StorageChoice } from '../storage/location.js';
import type { Storage } from '../storage/storage.js';
import type { Deleted } from '../verification/plan/affected.js';
import type { Verification } from '../verification/plan/types.js';

export type { StreamChange } from '../cluster/image-streams/change.js';
export type { StreamState, StreamUpdate } from '../cluster/image-streams/update.js';

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
  /**
   * Deletes a tag from the spec and the status of a stream. Reads the stream immediately before, and again to learn
   * what happened.
   * @param mayDelete decides about the stream as it was read; runs before each request
   * @throws ApiError if the stream cannot be read, or the tag cannot be deleted
   */
  deleteTag(
    key: RepositoryName,
    tag: string,
    mayDelete: (stream: StreamRecord) => Promise<boolean>,
  ): Promise<TagDeletion>;
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

/** Reads lists of the cluster and watches them. */
export interface ClusterReads {
  /** Reads everything that a plan is made from. @throws RegadmError that names the list that cannot be read */
  readSnapshot(options: ReadOptions): Promise<ReadResult>;
  /** Reads one list page by page. @throws RegadmError that names the resource */
  readList<Page extends ListPage>(
    resource: ListedResource,
    reader: ListReader<Page>,
    options: ListOptions,
  ): Promise<ListResult>;
  /** Reads one list of any resource and keeps the images that its objects use. @throws RegadmError */
  listAny(resource: AnyResource, hosts: string[], options: ListOptions): ReturnType<typeof listAny>;
  /** Reads one list and keeps the images that reducers find in its objects. @throws RegadmError */
  listReferrers(
    resource: ListedResource,
    reducers: readonly Reduce[],
    options: ListOptions,
  ): ReturnType<typeof listReferrers>;
  /** Lists a resource without the contents of its objects. @throws RegadmError if the server does not support that */
  listMetadata(resource: ListedResource, options: ListOptions): ReturnType<typeof listMetadata>;
  /** Watches a list, starting at a resource version, until the server ends the watch. */
  watch(resource: ListedResource, options: WatchOptions, sink: WatchSink): Promise<WatchEnd>;
  /** Shows by a second watch whether anything has happened since a version that a first watch has reported. */
  confirmWatch(resource: ListedResource, options: WatchOptions): Promise<Confirmation>;
}

/** What the checks before a prune ask the cluster. */
export interface ClusterChecks {
  /** Namespace of the kubeconfig's context. */
  readonly namespace: string;
  /** Tells whether there is a bearer token, which the registry needs. */
  hasToken(): Promise<boolean>;
  /** Asks whether the user has a permission. @throws ApiError */
  reviewAccess(permission: Permission, signal?: AbortSignal): Promise<AccessReview>;
  /** Tells whether a namespace exists; the error if that cannot be read. */
  hasNamespace(name: string, signal?: AbortSignal): Promise<boolean | RegadmError>;
  /**
   * Tells whether the operator's config sets the registry to read-only mode; undefined if that cannot be read. Never
   * throws.
   */
  isSetReadOnly?(signal?: AbortSignal): Promise<boolean | undefined>;
  /** Lists the jobs of the registry's namespace. @throws ApiError */
  listJobs(signal?: AbortSignal): Promise<KubeObject[]>;
  /** Lists the pods of the registry's namespace. @throws ApiError */
  listPods(signal?: AbortSignal): Promise<KubeObject[]>;
  /** Reads a pod; undefined if it does not exist or the user is not allowed to read it. */
  findPod(namespace: string, name: string, signal?: AbortSignal): Promise<KubeObject | undefined>;
}

/** What a backup reads and writes. */
export interface BackupPorts {
  /** Reads an Image object; undefined if it does not exist. @throws ApiError */
  readImage(name: Digest, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /** Reads an image stream; undefined if it does not exist. @throws ApiError */
  readStream(key: RepositoryName, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /** Returns the UID of the namespace `kube-system`; undefined if the user may not read it. @throws RegadmError */
  clusterUid(signal?: AbortSignal): Promise<string | undefined>;
  /** Opens the registry's storage. @throws RegadmError */
  openStorage(choice: StorageChoice, options: StorageOpenOptions): Promise<Storage>;
  /** Opens the directory, which is created if it does not exist. @throws RegadmError BACKUP_DIRECTORY, BACKUP_LOCKED */
  openDirectory(directory: string): Promise<WritableBackup>;
}

interface StorageOpenOptions {
  signal: AbortSignal;
  log: (level: number, line: string) => void;
  /** Receives a line that names the storage. */
  note: (line: string) => void;
}

/** What a verification looks at: the registry's storage, or what the registry serves. */
export type VerifyThrough =
  | { storage: StorageChoice }
  | {
      registry: Registry;
      /** Maximum concurrent requests. */
      workers: number;
    };

/** A registry that is being opened before the lists show which host is preferred. */
export interface StartedOpening {
  /** Opens it, as `openRegistry` does. */
  open(snapshot: Pick<SnapshotView, 'images' | 'streams'>): Promise<Registry>;
  /** Ends the opening of a registry that is not used. */
  cancel(): void;
}

/** Everything outside this process that `prune images` uses. */
export interface PrunePorts {
  /** URL of the API server, which identifies the cluster. */
  readonly server: string;
  readonly cluster: ClusterReads;
  readonly checks: ClusterChecks;
  readonly imageStreams: ImageStreams;
  readonly images: Images;
  readonly backup: BackupPorts;
  /**
   * Opens the registry: the one that the user named, or else one that the API server states. The snapshot's images show
   * which of several is preferred.
   * @throws RegadmError REGISTRY_UNKNOWN if neither names one, or RegistryError
   */
  openRegistry(
    access: RegistryAccess,
    context: OpeningContext,
    snapshot?: Pick<SnapshotView, 'images' | 'streams'>,
  ): Promise<Registry>;
  /** Begins to open the registry that the API server states, while lists are read. Never throws. */
  startOpening?(access: RegistryAccess, context: OpeningContext): StartedOpening;
  /**
   * Checks whether the images are whole that share a repository or a blob with what was deleted.
   * @throws RegadmError if it cannot be checked
   */
  verifyImages(
    through: VerifyThrough,
    deleted: Deleted,
    context: { reporter: Reporter; signal: AbortSignal },
  ): Promise<Verification>;
  /** Reads the setup of the registry; undefined if the user cannot read it. Never throws. */
  readRegistrySetup(): Promise<RegistrySetup | undefined>;
  /** Returns a line about a hard prune that is running or was left unfinished. Never throws. */
  findUnfinishedHardPrune(): Promise<string | undefined>;
  /** Monotonic time in ms, by which the age of what is known of the cluster is measured. Default: `performance.now`. */
  clock?(): number;
}
