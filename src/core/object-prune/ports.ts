import type { AccessReview, Permission } from '../cluster/access-review.js';
import type { VersionDeleted } from '../cluster/delete-object.js';
import type { RecordReader } from '../cluster/lists/records.js';
import type { ListedResource } from '../cluster/resources.js';
import type { RegadmError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';

/** Names one object. */
export interface Target {
  resource: ListedResource;
  namespace: string;
  name: string;
}

/** Everything outside this process that `prune builds` and `prune deployments` use. */
export interface ObjectPrunePorts {
  /** URL of the API server, which identifies the cluster. */
  readonly server: string;
  /** Reads a list and keeps what `reader` takes of every object. @throws RegadmError that names the resource */
  list<Record>(
    resource: ListedResource,
    reader: RecordReader<Record>,
    options: { namespace?: string; signal: AbortSignal; onPage(page: { count: number }): void },
  ): Promise<{ records: Record[]; serverTime?: number }>;
  /** Reads an object; undefined if it does not exist. @throws ApiError */
  find(target: Target): Promise<KubeObject | undefined>;
  /**
   * Deletes an object of this uid and version; the garbage collector deletes what it owns.
   * @param beforeRetry runs before each retry; an error that it throws ends the retries
   * @throws ApiError
   */
  delete(target: Target, options: DeletionOptions): Promise<VersionDeleted>;
  /** Asks whether the user has a permission. @throws ApiError */
  reviewAccess(permission: Permission, signal: AbortSignal): Promise<AccessReview>;
  /** Tells whether a namespace exists; the error if that cannot be read. */
  hasNamespace(name: string, signal?: AbortSignal): Promise<boolean | RegadmError>;
}

/** The object that may be deleted: exactly the one that was read. */
export interface DeletionOptions {
  uid?: string;
  resourceVersion?: string;
  beforeRetry(): Promise<void>;
}
