import type { ClusterApi } from '../cluster/api.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { readConfig, type RegistryConfig } from '../operator/config.js';
import { assertModeCanChange } from '../operator/guards.js';
import type { StorageJob } from '../storage-job/print.js';
import { hintsFor } from './hints.js';
import { hardPruneJobObjects } from './list.js';
import type { HardPruneJobRequest } from './request.js';

/** Returns the Job that `prune hard --print-job` prints. */
export function hardPruneJob(request: HardPruneJobRequest): StorageJob {
  const changesMode = request.readOnly === 'auto' && !request.online;
  return {
    request,
    objects: (place) => hardPruneJobObjects(request, place),
    hints: (place) => hintsFor(request, place),
    readNotes: async (api, signal) => (changesMode ? readModeWarnings(api, signal) : []),
  };
}

async function readModeWarnings(api: ClusterApi, signal: AbortSignal): Promise<string[]> {
  return modeWarnings((await readConfig(api, signal)).config);
}

/** Returns why a run would be refused if the registry stays as it is now. */
function modeWarnings(config: RegistryConfig): string[] {
  try {
    assertModeCanChange(config, 'hard-prune');
    return [];
  } catch (error) {
    const remedies = error instanceof RegadmError ? error.suggestions.map((remedy) => `hint: ${remedy}`) : [];
    return [`warning: a run would be refused now: ${messageOf(error)}`, ...remedies];
  }
}
