import { clusterRoleBinding, ownClusterRole, serviceAccount, type Rule } from '../../in-cluster/access.js';
import { OWN_CRON_JOB, PRUNER_ROLE } from '../../model/openshift.js';
import type { PruneSettings } from './request.js';

/** Name of the cluster role for what `system:image-pruner` does not allow, and of its binding. */
export const EXTRA_ROLE = `${OWN_CRON_JOB}-extra`;

/** Returns the service account, its bindings, and the cluster role that the chosen prunes need in addition. */
export function accessObjects(settings: PruneSettings): object[] {
  const rules = extraRules(settings);
  return [
    serviceAccount(OWN_CRON_JOB),
    clusterRoleBinding(OWN_CRON_JOB, OWN_CRON_JOB, PRUNER_ROLE),
    ...(rules.length === 0 ? [] : ownClusterRole(OWN_CRON_JOB, EXTRA_ROLE, rules)),
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

function rule(group: string, resource: string, verbs: string[]): Rule {
  return { apiGroups: [group], resources: [resource], verbs };
}
