import type { ClusterApi } from '../../cluster/api.js';
import type { ClusterLocation, ObjectStoreLocation } from '../../storage/location.js';
import type { OpenOptions } from '../../storage/open.js';

/** The storage of the cluster's registry. */
export interface LocatedStorage {
  location: ObjectStoreLocation;
  /** What users should know about the settings. */
  warnings: string[];
}

/** What locating a storage needs: the cluster, and the flags. */
export interface LocatingContext extends OpenOptions {
  api: ClusterApi;
  choice: ClusterLocation;
}
