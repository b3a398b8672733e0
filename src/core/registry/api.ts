import type { Digest } from '../model/digest.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Tag } from './paths.js';

/** The port to a registry: `openRegistry` returns the implementation for real servers. */
export interface Registry {
  /** Scheme, host and port; no credentials. */
  readonly url: string;
  /** True when the connection's certificate was verified. */
  readonly verified: boolean;
  /** Deletes the link to a layer or config from a repository. @throws RegistryError */
  deleteLayerLink(repository: RepositoryName, digest: Digest, options?: DeletionOptions): Promise<Deletion>;
  /** Deletes a manifest from a repository. @throws RegistryError */
  deleteManifestLink(repository: RepositoryName, digest: Digest, options?: DeletionOptions): Promise<Deletion>;
  /**
   * Deletes a blob. The registry reports success even if it does not exist.
   * @throws RegistryError
   */
  deleteBlob(digest: Digest, options?: DeletionOptions): Promise<Deletion>;
  /**
   * Deletes a blob that does not exist, to test whether blobs can be deleted. Only this decides that a server is not an
   * OpenShift registry: a later 404 concerns one blob.
   * @param digest a random one
   * @throws RegistryError, NOT_OPENSHIFT_REGISTRY when the server has no such endpoint
   */
  probeBlobDeletion(digest: Digest, options?: ReadOptions): Promise<void>;
  /**
   * Reads a manifest; undefined when it does not exist.
   * @throws RegistryError, REGISTRY_UNAUTHORIZED only if the registry itself says that the user is not allowed to pull
   */
  getManifest(
    repository: RepositoryName,
    reference: Digest | Tag,
    options?: ReadOptions,
  ): Promise<Manifest | undefined>;
  /**
   * Looks up a blob; undefined when the registry states that the repository does not have it.
   * @throws RegistryError if the registry does not answer that clearly
   */
  findBlob(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<Found | undefined>;
  /** Looks up a manifest, as `findBlob` does. @throws RegistryError */
  findManifest(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<Found | undefined>;
  /**
   * Reads the exact bytes of a manifest; undefined as in `findBlob`. Its digest is not computed.
   * @throws RegistryError
   */
  readManifest(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<ManifestContent | undefined>;
  /** Reads a blob as a stream; undefined as in `findBlob`. Its digest is not computed. @throws RegistryError */
  readBlob(repository: RepositoryName, digest: Digest, options?: ReadOptions): Promise<BlobContent | undefined>;
  /**
   * Adds a blob of another repository to a repository.
   * @returns false if the registry does not find it there, or does not let the user read it
   * @throws RegistryError
   */
  mountBlob(repository: RepositoryName, digest: Digest, from: RepositoryName, options?: ReadOptions): Promise<boolean>;
  /**
   * Pushes a blob, and verifies that the registry states its digest. Every attempt reads the blob from the start.
   * @throws RegistryError, or the error of the source
   */
  uploadBlob(repository: RepositoryName, digest: Digest, blob: BlobSource, options?: ReadOptions): Promise<void>;
  /**
   * Pushes a manifest, and verifies that the registry states its digest.
   * @throws RegistryError
   */
  putManifest(
    repository: RepositoryName,
    reference: Digest | Tag,
    manifest: ManifestContent,
    options?: ReadOptions,
  ): Promise<void>;
  /** Checks that the registry accepts the credentials. @throws RegistryError when it does not */
  checkLogin(options?: ReadOptions): Promise<void>;
  close(): Promise<void>;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Gets the error of each attempt after which the request is retried. */
  onRetry?: (error: Error) => void;
}

/** A blob or manifest that exists. */
export interface Found {
  bytes: number;
}

/** A manifest as it is stored. */
export interface ManifestContent {
  content: Buffer;
  mediaType: string;
}

/** A blob that is being received. */
export interface BlobContent {
  /** Undefined if the server does not state it. */
  bytes: number | undefined;
  /** The parts. It throws a RegistryError if the transfer breaks, stalls, or has another length than stated. */
  content: AsyncIterable<Buffer>;
}

/** A blob that is pushed. */
export interface BlobSource {
  bytes: number;
  /** Starts to read it; called again for each attempt. */
  open(): AsyncIterable<Buffer>;
}

export interface DeletionOptions {
  signal?: AbortSignal;
  /** Runs before each retry, and after a wait for other requests or the token. It stops the deletion by throwing. */
  beforeRetry?: () => Promise<void>;
  /**
   * Called when an attempt can have been executed although no response confirms it: the connection was closed, or a
   * server in between failed. Another attempt can follow.
   */
  onUnconfirmed?: () => void;
}

/** `gone`: it did not exist. */
export type Deletion = 'deleted' | 'gone';

/** The parts of an image manifest or index that regadm reads. */
export interface Manifest {
  mediaType?: string;
  subject?: { digest: string; mediaType?: string };
  manifests?: { digest: string; mediaType?: string }[];
  layers?: { digest: string; size: number }[];
  config?: { digest: string; size: number };
}
