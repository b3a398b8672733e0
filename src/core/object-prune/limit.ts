import { refusal, type RegadmError } from '../model/errors.js';
import type { ObjectPruneFeature } from './feature.js';
import type { ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPruneRequest } from './request.js';

/** Returns the refusal (MAX_DELETE) of a plan that is larger than `--max-delete` allows; undefined if it is not. */
export function objectsOverLimit(
  { deletions, kept }: ObjectPrunePlan,
  limit: ObjectPruneRequest['maxDelete'],
  { nouns }: ObjectPruneFeature,
): RegadmError | undefined {
  if (!limit) return undefined;
  const count = deletions.length;
  const total = count + kept.length;
  const excess =
    'count' in limit
      ? count > limit.count && `${count} ${nouns.many}, more than ${limit.count}`
      : count * 100 > total * limit.percent && `${count} of ${total} ${nouns.many}, more than ${limit.percent}%`;
  if (excess === false) return undefined;
  return refusal('MAX_DELETE', `the plan is larger than --max-delete allows: ${excess}; nothing was changed`, [
    'check what it would delete (in a dry run: without --confirm), then raise --max-delete',
  ]);
}
