import { affectedBy } from '../../verification/plan/affected.js';
import { findListed } from '../../verification/plan/listed.js';
import type { ImagePrunePlan } from '../plan/plan.js';
import { deletedBy } from './deleted.js';

/** Returns the namespaces from which a verification through the registry pulls. */
export function namespacesToVerify(plan: ImagePrunePlan): string[] {
  const { repositories } = affectedBy(findListed(plan.snapshot, []), deletedBy(plan));
  return [...new Set([...repositories.keys()].map((repository) => repository.split('/')[0]!))];
}
