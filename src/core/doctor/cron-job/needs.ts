import type { Permission } from '../../cluster/access-review.js';
import { IMAGES, IMAGE_STREAMS, LIMIT_RANGES, REFERRERS } from '../../cluster/resources.js';
import { permissionsOfRun } from '../../prune/preflight/permissions.js';
import { extraRules } from '../../schedule/cron-job/access.js';
import { booleanFlag, type Prune } from './prunes.js';

/** Returns the permissions that a prune needs; undefined if regadm does not know what it does. */
export function needsOf(prune: Prune): Permission[] | undefined {
  const { what } = prune;
  if (what === 'images') return needsOfImages();
  if (what !== 'builds' && what !== 'deployments') return undefined;
  const replicaSets = booleanFlag(prune, 'replica-sets') === true;
  const orphans = booleanFlag(prune, 'orphans') === true;
  return extraRules({ with: [what], orphans, replicaSets }).flatMap(({ apiGroups, resources, verbs }) =>
    verbs.map((verb) => ({ verb, group: apiGroups[0]!, resource: resources[0]! })),
  );
}

function needsOfImages(): Permission[] {
  const lists = [IMAGES, IMAGE_STREAMS, ...REFERRERS, LIMIT_RANGES];
  return [
    ...lists.map(({ group, resource }) => ({ verb: 'list', group, resource })),
    ...permissionsOfRun({ pruneRegistry: true }),
  ];
}
