import { ADVICE } from '../advice.js';
import type { Referrer } from '../referrer.js';

/** Kinds whose older revisions are ControllerRevisions. */
const REVISED_KINDS: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet']);

/**
 * Describes uses that are not visible, if the cluster can have any.
 * @param notVisible resources that the user may not list, by qualified name
 */
export function notVisibleWarnings(
  notVisible: readonly string[],
  { referrers }: { referrers: readonly Referrer[] },
): string[] {
  if (!notVisible.includes('controllerrevisions.apps')) return [];
  if (!referrers.some(({ kind }) => REVISED_KINDS.has(kind))) return [];
  return [
    `images that only older revisions of stateful sets and daemon sets use are not kept, because controllerrevisions.apps cannot be listed; ${ADVICE.grantRevisions}`,
  ];
}
