import type { Backup } from '../../backup-directory/open.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { RestorePorts } from '../ports.js';
import type { RestoreRequest } from '../request.js';

/** What everything is read from. */
export interface GatherInput {
  ports: RestorePorts;
  backup: Backup;
  request: RestoreRequest;
  /** Opens the registry at the first use. */
  registry: () => Promise<Registry>;
  /** Checks that the user may read from these repositories. @throws RegadmError FORBIDDEN */
  assertReadable(repositories: readonly RepositoryName[]): Promise<void>;
}
