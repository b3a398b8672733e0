import { usageError } from '../../model/errors.js';
import type { HardPrunePorts } from '../ports.js';
import type { HardPruneResult } from '../report.js';
import type { OnlineRequest } from '../request.js';

/**
 * Finds what an online hard prune would mark, move and delete, and changes nothing.
 * @throws RegadmError
 */
export async function previewOnlinePrune(_ports: HardPrunePorts, _request: OnlineRequest): Promise<HardPruneResult> {
  throw usageError('--online is not available yet');
}

/**
 * Runs an online hard prune.
 * @throws RegadmError when nothing was changed; a later error is in the result
 */
export async function executeOnlinePrune(_ports: HardPrunePorts, _request: OnlineRequest): Promise<HardPruneResult> {
  throw usageError('--online is not available yet');
}
