import { parseDuration } from '../model/values/duration.js';
import { DEFAULTS, type PrunerSpec } from './pruner-spec.js';

/** Returns warnings about settings that can do harm. */
export function scheduleHints(effective: PrunerSpec): string[] {
  const {
    keepTagRevisions = DEFAULTS.keepTagRevisions,
    keepYoungerThanDuration = DEFAULTS.keepYoungerThanDuration,
    suspend,
  } = effective;
  return [
    ...(keepTagRevisions === 0
      ? ['keepTagRevisions=0 removes every tag that nothing protects, in all namespaces']
      : []),
    ...((parseDuration(keepYoungerThanDuration) ?? 0) < 3_600_000
      ? ['with keepYoungerThanDuration below 60m an image can be pruned between its push and its first use']
      : []),
    ...(suspend ? ["the cluster's own pruning does not run while suspend is true"] : []),
  ];
}
