import { ADVICE } from '../advice.js';
import { RegadmError } from '../errors.js';
import type { Referrer } from '../referrer.js';

/** Kinds whose older revisions are ControllerRevisions. */
const REVISED_KINDS: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet']);
const REVISIONS = 'controllerrevisions.apps';

const ACCEPT = 'or omit --require-visible-referrers, if none of these objects uses images of this registry';

interface Referrers {
  referrers: readonly Pick<Referrer, 'kind'>[];
}

/**
 * Returns the kinds whose uses are not visible, if the cluster can have any.
 * @param notVisible resources that the user may not list, by qualified name
 */
function missingKinds(notVisible: readonly string[], { referrers }: Referrers): string[] {
  const hasRevised = (): boolean => referrers.some(({ kind }) => REVISED_KINDS.has(kind));
  return notVisible.filter((name) => name !== REVISIONS || hasRevised());
}

/** Describes uses that are not visible, if the cluster can have any: one line for all kinds. */
export function notVisibleWarnings(notVisible: readonly string[], referrers: Referrers): string[] {
  const kinds = missingKinds(notVisible, referrers);
  if (kinds.length === 0) return [];
  return [
    `images that only ${usersIn(kinds)} use are not kept, because ${kinds.join(', ')} cannot be listed; ${ADVICE.grantReferrers(kinds)}; with --require-visible-referrers, this is an error`,
  ];
}

/** @throws RegadmError REFERRERS_NOT_VISIBLE if the cluster can have uses that are not visible */
export function assertVisible(notVisible: readonly string[], referrers: Referrers): void {
  const kinds = missingKinds(notVisible, referrers);
  if (kinds.length === 0) return;
  throw new RegadmError(
    `images that only ${usersIn(kinds)} use would not be kept, because ${kinds.join(', ')} cannot be listed (--require-visible-referrers); nothing was changed`,
    { code: 'REFERRERS_NOT_VISIBLE', suggestions: [ADVICE.grantReferrers(kinds), ACCEPT] },
  );
}

function usersIn(kinds: readonly string[]): string {
  const isOnlyRevisions = kinds.length === 1 && kinds[0] === REVISIONS;
  return isOnlyRevisions ? 'older revisions of stateful sets and daemon sets' : 'objects of these kinds';
}
