/** What carrying a plan out needs from a registry, as a port: `openRegistry` returns one that talks to a real server. */
export interface Registry {
  /** Scheme, host and port; no credentials. */
  readonly url: string;
  /** True when the connection's certificate was checked. */
  readonly verified: boolean;
  /** `DELETE /v2/REPOSITORY/blobs/DIGEST`: 202, or 404 (gone). @throws RegistryError */
  deleteLayerLink(
    repository: string,
    digest: string,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<Deletion>;
  /** `DELETE /v2/REPOSITORY/manifests/DIGEST`: 202, or 404 (gone). @throws RegistryError */
  deleteManifestLink(
    repository: string,
    digest: string,
    signal?: AbortSignal,
    beforeRetry?: BeforeRetry,
  ): Promise<Deletion>;
  /** `DELETE /admin/blobs/DIGEST`: 204, which the registry also answers when the blob is not there. @throws RegistryError */
  deleteBlob(digest: string, signal?: AbortSignal, beforeRetry?: BeforeRetry): Promise<Deletion>;
  /**
   * `GET /v2/REPOSITORY/manifests/REFERENCE` as JSON; undefined when it is not there.
   * @throws RegistryError, with status 401 where the user may not pull
   */
  getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<Manifest | undefined>;
  /** `GET /v2/`: 200 when the credentials are accepted. @throws RegistryError */
  checkLogin?(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Stands before every further try of a deletion, since waits can be long: what it throws ends the tries. */
export type BeforeRetry = () => Promise<void>;

export type Deletion = 'deleted' | 'gone';

/** The parts of an image manifest or index that regadm reads. */
export interface Manifest {
  mediaType?: string;
  subject?: { digest: string; mediaType?: string };
  manifests?: { digest: string; mediaType?: string }[];
  layers?: { digest: string; size: number }[];
  config?: { digest: string; size: number };
}
