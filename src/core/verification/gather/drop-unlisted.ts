import { findListed, type Listed } from '../plan/listed.js';
import type { Problems } from '../plan/problems.js';
import { keepStillListed } from '../plan/still-listed.js';
import { readClusterAgain, type VerificationPorts } from './read-cluster.js';

/**
 * Asks the cluster again which images it lists, and removes the problems of the others. Saved lists cannot be asked
 * again; they do not show that an Image object does not exist either.
 */
export async function dropUnlisted(
  ports: VerificationPorts,
  listed: Listed,
  found: readonly Problems[],
): Promise<void> {
  if ('saved' in ports) {
    for (const problems of found) problems.filter((_, { what }) => what !== 'missing-image');
    return;
  }
  // Without the scopes: a tag that was deleted meanwhile is not an error.
  const now = findListed((await readClusterAgain(ports)).snapshot, []);
  for (const problems of found) keepStillListed(problems, listed, now);
}
