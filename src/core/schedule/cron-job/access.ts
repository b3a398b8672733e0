import { clusterRoleBinding, ownClusterRole, serviceAccount, type Rule } from '../../in-cluster/access.js';
import { OWN_CRON_JOB, PRUNER_ROLE } from '../../model/openshift.js';
import type { UsingKind } from './cluster-settings.js';
import type { PruneSettings } from './request.js';

/** Name of the cluster role for what `system:image-pruner` does not allow, and of its binding. */
export const EXTRA_ROLE = `${OWN_CRON_JOB}-extra`;

/** Name of the cluster role for the kinds that can be the only users of images, and of its binding. */
export const REFERRERS_ROLE = `${OWN_CRON_JOB}-referrers`;

/**
 * Returns the service account, its bindings, the cluster role that the chosen prunes need in addition, and the one for
 * the kinds of the cluster that can be the only users of images.
 */
export function accessObjects(settings: PruneSettings, kinds: readonly UsingKind[]): object[] {
  const rules = extraRules(settings);
  return [
    serviceAccount(OWN_CRON_JOB),
    clusterRoleBinding(OWN_CRON_JOB, OWN_CRON_JOB, PRUNER_ROLE),
    ...(rules.length === 0 ? [] : ownClusterRole(OWN_CRON_JOB, EXTRA_ROLE, rules)),
    ...(kinds.length === 0 ? [] : ownClusterRole(OWN_CRON_JOB, REFERRERS_ROLE, referrerRules(kinds))),
  ];
}

/**
 * Returns the permissions that `prune builds` and `prune deployments` need, and no others. Each object is read again
 * before its deletion, and so is the missing owner of an orphan, therefore `get`. `system:image-pruner` allows some of
 * the lists too; they are repeated so that this role alone is enough.
 */
export function extraRules({
  with: chosen,
  orphans,
  replicaSets,
}: Pick<PruneSettings, 'with' | 'orphans' | 'replicaSets'>): Rule[] {
  const missing = orphans ? ['get'] : [];
  const builds = [
    rule('build.openshift.io', 'buildconfigs', ['list', ...missing]),
    rule('build.openshift.io', 'builds', ['get', 'list', 'delete']),
  ];
  const deployments = [
    rule('', 'replicationcontrollers', ['get', 'list', 'delete']),
    rule('apps.openshift.io', 'deploymentconfigs', ['list', ...missing]),
    rule('apps', 'deployments', [...(replicaSets ? ['list'] : []), ...missing]),
    ...(replicaSets ? [rule('apps', 'replicasets', ['get', 'list', 'delete'])] : []),
  ];
  const rules = [...(chosen.includes('builds') ? builds : []), ...(chosen.includes('deployments') ? deployments : [])];
  return rules.filter(({ verbs }) => verbs.length > 0);
}

/** Returns one rule per group. With `watch`, a run need not list these kinds again before its deletions. */
function referrerRules(kinds: readonly UsingKind[]): Rule[] {
  const groups = [...new Set(kinds.map(({ group }) => group))].sort();
  return groups.map((group) => ({
    apiGroups: [group],
    resources: kinds
      .filter((kind) => kind.group === group)
      .map(({ resource }) => resource)
      .sort(),
    verbs: ['list', 'watch'],
  }));
}

function rule(group: string, resource: string, verbs: string[]): Rule {
  return { apiGroups: [group], resources: [resource], verbs };
}
