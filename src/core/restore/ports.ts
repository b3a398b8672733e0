import type { AccessReview, Permission } from '../cluster/access-review.js';
import type { StreamChange } from '../cluster/image-streams/change.js';
import type { StreamState, StreamUpdate } from '../cluster/image-streams/update.js';
import type { Digest } from '../model/digest.js';
import type { RegadmError } from '../model/errors.js';
import type { StreamRecord } from '../model/image-stream.js';
import type { KubeObject } from '../model/kube.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Reporter } from '../kit/reporter.js';
import type { StreamSettings } from '../model/stream-settings.js';
import type { OpeningContext, RegistryAccess } from '../operator/open-registry.js';
import type { Registry } from '../registry/api.js';
import type { Verification } from '../verification/plan/types.js';
import type { ImageObject } from './plan/evidence.js';

/** Which images of the cluster are looked for. */
export interface Wanted {
  images: ReadonlySet<Digest>;
  blobs: ReadonlySet<Digest>;
}

/** What the Image objects of the cluster state about them. */
export interface ListedImages {
  images: Map<Digest, ImageObject>;
  /** Repositories to which images with these blobs were pushed. */
  holders: Map<Digest, Set<RepositoryName>>;
}

/** Reads and changes the cluster. Every method throws ApiError or another RegadmError if the server does not do it. */
export interface RestoreCluster {
  /** UID of the namespace `kube-system`; undefined if the user may not read it. */
  clusterUid(signal: AbortSignal): Promise<string | undefined>;
  /** UIDs of all image streams. */
  streamUids(signal: AbortSignal): Promise<Set<string>>;
  findStream(key: RepositoryName, signal: AbortSignal): Promise<StreamRecord | undefined>;
  /** Tells whether a namespace exists; the error if that cannot be read. */
  hasNamespace(name: string, signal: AbortSignal): Promise<boolean | RegadmError>;
  listImages(wanted: Wanted, options: { signal: AbortSignal; onPage(count: number): void }): Promise<ListedImages>;
  /** Creates a stream without tags, unless it exists. */
  createStream(key: RepositoryName, settings?: StreamSettings): Promise<void>;
  findImage(name: Digest): Promise<KubeObject | undefined>;
  /** Creates an Image object, unless it exists. */
  createImage(image: KubeObject): Promise<void>;
  /** Adds labels and annotations to an Image object. */
  labelImage(name: Digest, metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations'>): Promise<void>;
  /**
   * Reads a stream, lets `decide` choose the change, and writes it, provided that nobody else has changed the stream in
   * between. Otherwise it starts again.
   */
  updateStream(
    key: RepositoryName,
    decide: (state: StreamState) => Promise<StreamChange | undefined>,
  ): Promise<StreamUpdate>;
  reviewAccess(permission: Permission, signal: AbortSignal): Promise<AccessReview>;
}

/** How images are verified. */
interface VerifyOptions {
  reporter: Reporter;
  signal: AbortSignal;
  registry: Registry;
  /** Maximum concurrent requests to the registry. */
  workers: number;
}

/** Everything outside this process that `restore` uses, besides the backup. */
export interface RestorePorts {
  /** URL of the API server, which identifies the cluster. */
  readonly server: string;
  readonly cluster: RestoreCluster;
  /** @throws RegadmError REGISTRY_UNKNOWN if no registry is found, or RegistryError */
  openRegistry(access: RegistryAccess, context: OpeningContext): Promise<Registry>;
  /**
   * Checks whether images can be pulled, provided that an image stream lists them or an index that contains them.
   * @throws RegadmError if that cannot be checked
   */
  verifyImages(images: ReadonlySet<Digest>, options: VerifyOptions): Promise<Verification>;
}
