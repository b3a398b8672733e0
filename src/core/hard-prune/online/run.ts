import type { Storage } from '../../storage/storage.js';
import type { TrashSession } from '../../trash-store/session.js';
import type { TrashPorts } from '../../trash-store/ports.js';
import type { HardPrunePorts } from '../ports.js';
import type { Steps } from '../procedure/steps.js';
import type { OnlineRequest } from '../request.js';
import type { Progress } from './progress.js';
import type { OnlineRegistry } from './registry.js';

/** What an online run begins with. */
export interface OnlineParts {
  ports: HardPrunePorts;
  request: OnlineRequest;
  storage: Storage;
  steps: Steps;
  progress: Progress;
}

/** What the steps of an online run share while it has the lease of the trash. */
export interface OnlineRun extends OnlineParts {
  trashPorts: TrashPorts;
  registry: OnlineRegistry;
  session: TrashSession;
}
