import { refusal } from '../../model/errors.js';
import { readUsage } from '../gather/usage.js';
import type { HardPruneRules } from '../plan/types.js';
import { invalidNameWarnings, streamsWithUnlistedChildren } from '../plan/usage.js';
import type { HardPrunePorts } from '../ports.js';

/**
 * Checks that the registry's own pruner does not damage image indexes: it knows only what a stream lists, and deletes
 * the manifest links of a listed index's children.
 * @returns a description of the result; with the rules `registry`, damage is only a warning
 * @throws RegadmError INDEX_CHILDREN (exit status 4) that names the streams
 */
export async function checkIndexes(
  { api, reporter, signal }: Pick<HardPrunePorts, 'api' | 'reporter' | 'signal'>,
  rules: HardPruneRules,
): Promise<string> {
  const usage = await readUsage(api, signal);
  for (const line of invalidNameWarnings(usage)) reporter.warning(line);
  const streams = streamsWithUnlistedChildren(usage);
  if (streams.length === 0) return 'every stream that lists an image index lists its children too';
  const problem = `the registry's own pruner deletes the manifest links of image index children in: ${streams.join(', ')}`;
  if (rules === 'safe')
    throw refusal('INDEX_CHILDREN', problem, [
      "prune the registry's volume with --storage DIR, which keeps them, or accept the loss with --rules registry",
    ]);
  reporter.warning(problem);
  return problem;
}
