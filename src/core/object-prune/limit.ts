import { refusal } from '../model/errors.js';
import type { ObjectPruneFeature } from './feature.js';
import type { ObjectPrunePlan } from './plan/plan.js';
import type { ObjectPruneRequest } from './request.js';

/** Refuses a plan that is larger than `--max-delete` allows. @throws RegadmError MAX_DELETE */
export function assertWithinLimit(
  { deletions, kept }: ObjectPrunePlan,
  limit: ObjectPruneRequest['maxDelete'],
  { nouns }: ObjectPruneFeature,
): void {
  if (!limit) return;
  const count = deletions.length;
  const total = count + kept.length;
  const excess =
    'count' in limit
      ? count > limit.count && `${count} ${nouns.many}, more than ${limit.count}`
      : count * 100 > total * limit.percent && `${count} of ${total} ${nouns.many}, more than ${limit.percent}%`;
  if (excess === false) return;
  throw refusal('MAX_DELETE', `the plan is larger than --max-delete allows: ${excess}; nothing was changed`, [
    'run without --confirm and --max-delete to see the plan, then raise --max-delete',
  ]);
}
