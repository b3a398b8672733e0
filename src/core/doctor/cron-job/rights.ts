import { qualifiedName, type Resource } from '../../cluster/resources.js';
import { describePermission, type Permission } from '../../cluster/access-review.js';
import type { Check } from '../../model/check.js';
import { PRUNER_ROLE, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { EXTRA_ROLE, REFERRERS_ROLE } from '../../schedule/cron-job/access.js';
import { about } from '../check.js';
import { serviceAccountOf, type CronJob } from './manifest.js';
import { needsOf } from './needs.js';
import { isNamespaced, prunesOf, type Prune } from './prunes.js';
import { covers, type Grant, type PolicyRule } from './rbac.js';
import { printAgain } from './print-again.js';
import { isOwn } from './remedies.js';

/** Reports a service account that does not exist. */
export function checkAccount(cronJob: CronJob, exists: boolean): Check[] {
  if (exists) return [];
  const account = serviceAccountOf(cronJob);
  return [
    about('cron job')(
      'warning',
      `service account ${account} of CronJob ${cronJob.metadata.name} does not exist in ${REGISTRY_NAMESPACE}, so no pod of a run can be created`,
      isOwn(cronJob)
        ? `create it: ${printAgain(cronJob)}`
        : 'its operator creates it: oc get clusteroperator image-registry',
    ),
  ];
}

/** Checks that the service account of a CronJob may do what the prunes need, and that regadm's may not do more. */
export function checkRights(cronJob: CronJob, grants: Grant[]): Check[] {
  const prunes = prunesOf(cronJob);
  const missing = prunes.flatMap((prune) => missingRights(cronJob, prune, grants));
  if (!isOwn(cronJob) || prunes.some((prune) => needsOf(prune) === undefined) || prunes.length === 0) return missing;
  const needed = prunes.flatMap((prune) => needsOf(prune) ?? []);
  const extra = grants.filter(({ isDirect, role }) => isDirect && role !== PRUNER_ROLE);
  return [...missing, ...extra.flatMap((grant) => excess(cronJob, grant, needed))];
}

/** Reports kinds that can be the only users of images and that the service account of regadm's CronJob may not list. */
export function checkVisible(cronJob: CronJob, grants: Grant[], kinds: readonly Resource[]): Check[] {
  if (!prunesOf(cronJob).some(({ what }) => what === 'images')) return [];
  const rules = grants.flatMap((grant) => grant.rules);
  const isVisible = ({ group, resource }: Resource): boolean =>
    rules.some((rule) => covers(rule, { verb: 'list', group, resource }));
  const hidden = kinds.filter((kind) => !isVisible(kind)).map(qualifiedName);
  if (hidden.length === 0) return [];
  return [
    about('cron job')(
      'info',
      `service account ${serviceAccountOf(cronJob)} may not list ${hidden.sort().join(', ')}, so CronJob ${cronJob.metadata.name} does not keep images that only these objects use`,
      `create its role ${REFERRERS_ROLE}: ${printAgain(cronJob)}`,
    ),
  ];
}

/** Maximum number of permissions in one message. */
const SHOWN = 4;

function missingRights(cronJob: CronJob, prune: Prune, grants: Grant[]): Check[] {
  const rules = grants.flatMap((grant) => grant.rules);
  const lacks = (needsOf(prune) ?? []).filter((permission) => !rules.some((rule) => covers(rule, permission)));
  if (lacks.length === 0) return [];
  const account = serviceAccountOf(cronJob);
  const text = `service account ${account} may not ${listed(lacks.map(describePermission))}`;
  const check = about('cron job');
  if (isNamespaced(prune))
    return [check('unknown', `${text} in all namespaces; a RoleBinding, which was not read, can allow it in one`)];
  const effect =
    prune.what === 'images' ? 'ends with an error and deletes nothing' : 'cannot delete everything that it finds';
  return [
    check(
      'warning',
      `${text}, so prune ${prune.what} of CronJob ${cronJob.metadata.name} ${effect}`,
      prune.what === 'images' ? grantImages(account, grants) : `create its role: ${printAgain(cronJob)}`,
    ),
  ];
}

function grantImages(account: string, grants: Grant[]): string {
  return grants.some(({ role }) => role === PRUNER_ROLE)
    ? `see what the role lacks: oc describe clusterrole ${PRUNER_ROLE}`
    : `bind it to the role: oc adm policy add-cluster-role-to-user ${PRUNER_ROLE} -z ${account} -n ${REGISTRY_NAMESPACE}`;
}

function excess(cronJob: CronJob, { role, rules }: Grant, needed: Permission[]): Check[] {
  const unneeded = [...new Set(rules.flatMap((rule) => changes(rule, needed)))];
  if (unneeded.length === 0) return [];
  const account = serviceAccountOf(cronJob);
  const { name } = cronJob.metadata;
  return [
    about('cron job')(
      'warning',
      `service account ${account} may ${listed(unneeded)} (ClusterRole ${role}), which CronJob ${name} does not need, so whoever gets its token may do that, too`,
      role === EXTRA_ROLE && prunesOf(cronJob).some(({ what }) => what !== 'images')
        ? `reduce the role: ${printAgain(cronJob)}`
        : `take the role away: oc adm policy remove-cluster-role-from-user ${role} -z ${account} -n ${REGISTRY_NAMESPACE}`,
    ),
  ];
}

const READING = new Set(['get', 'list', 'watch']);
/** Groups of reviews, which everyone may create. */
const REVIEWS = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/** Lists what a rule allows besides reading and the needed permissions. Reading secrets counts, too. */
function changes(rule: PolicyRule, needed: Permission[]): string[] {
  const { apiGroups = [], resources = [], verbs = [], resourceNames = [] } = rule;
  if (verbs.every((verb) => verb === 'use') && resourceNames.some((name) => name.startsWith('restricted'))) return [];
  return apiGroups
    .filter((group) => !REVIEWS.has(group))
    .flatMap((group) => resources.flatMap((each) => verbs.map((verb) => toPermission(verb, group, each))))
    .filter(({ verb, resource }) => !READING.has(verb) || resource === 'secrets' || resource === '*')
    .filter((permission) => !needed.some((need) => isSame(need, permission)))
    .map(({ verb, ...rest }) => describePermission({ verb: verb === '*' ? 'do everything with' : verb, ...rest }));
}

function toPermission(verb: string, group: string, path: string): Permission {
  const [resource = '', subresource] = path.split('/');
  return { verb, group, resource, subresource };
}

/** True if a permission is a needed one. The core group also has the old names of OpenShift's resources. */
function isSame(need: Permission, { group, ...permission }: Permission): boolean {
  const isOldName = group === '' && need.group.endsWith('.openshift.io');
  return (
    (need.group === group || isOldName) &&
    (['verb', 'resource', 'subresource'] as const).every((key) => need[key] === permission[key])
  );
}

function listed(texts: string[]): string {
  const more = texts.length - SHOWN;
  return more > 0 ? `${texts.slice(0, SHOWN).join(', ')} and ${more} more` : texts.join(', ');
}
