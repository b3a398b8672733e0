import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { hasCode, messageOf } from '../../model/errors.js';
import { readRegistryProcesses } from '../../operator/processes.js';
import type { RegistryProcesses } from '../../trash-store/model.js';

/**
 * Reads the registry's processes.
 * @returns undefined if the user may not read them, or if no pod runs: then two rechecks, an hour apart, are needed
 * @throws ApiError
 */
export async function readProcesses(
  api: ClusterApi,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<RegistryProcesses | undefined> {
  try {
    return await readRegistryProcesses(api, signal);
  } catch (error) {
    if (!hasCode(error, 'FORBIDDEN')) throw error;
    reporter.warning(
      `the registry's pods cannot be read, so what was moved to the trash can be deleted only after two rechecks at least an hour apart: ${messageOf(error)}`,
    );
    return undefined;
  }
}
