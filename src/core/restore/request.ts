import type { RegistryAccess } from '../operator/open-registry.js';
import type { Selector } from './plan/selection.js';

/** The arguments and flags of `regadm restore`, as values. */
export interface RestoreRequest {
  /** The backup. */
  directory: string;
  /** What to restore; empty: everything. */
  selectors: readonly Selector[];
  /** Tag under which the images are listed instead of their former tags. */
  asTag?: string;
  /** True: also restores the backup of another cluster. */
  acceptOtherCluster: boolean;
  registry: RegistryAccess;
}
