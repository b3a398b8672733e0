import type { MaxDelete } from '../model/values/max-delete.js';
import type { ObjectPruneOptions } from './plan/options.js';

/** The flags of `prune builds` and `prune deployments`, as values. */
export interface ObjectPruneRequest {
  options: ObjectPruneOptions;
  /** The value of `--keep-younger-than` as the user wrote it. */
  keepYoungerThan: string;
  /** `--show-labels` */
  showLabels?: boolean;
  /** Maximum number of concurrent deletions. */
  workers: number;
  maxDelete?: Exclude<MaxDelete, { bytes: number }>;
  /** File that gets a line for every deletion. */
  auditLog?: string;
}
