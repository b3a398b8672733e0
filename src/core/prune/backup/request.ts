import type { StorageChoice } from '../../storage/location.js';

/** The flags of `prune images --backup`, as values. */
export interface BackupRequest {
  /** As the user named it. */
  directory: string;
  acceptOtherCluster: boolean;
  /** Where blobs are read; absent: through the registry. */
  storage?: StorageChoice;
}
