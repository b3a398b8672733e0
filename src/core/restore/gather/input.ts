import type { Backup } from '../../backup-directory/open.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { RestorePlan } from '../plan/plan.js';
import type { RestorePorts } from '../ports.js';
import type { RestoreRequest } from '../request.js';

/** What everything is read from. */
export interface GatherInput {
  ports: RestorePorts;
  backup: Backup;
  request: RestoreRequest;
  /** Opens the registry at the first use. */
  registry: () => Promise<Registry>;
  /**
   * Checks that the user may read from these repositories.
   * @param plan what would be restored if they had nothing: its permissions are named too
   * @throws RegadmError FORBIDDEN
   */
  assertReadable(repositories: readonly RepositoryName[], plan?: RestorePlan): Promise<void>;
}
