import type { Permission } from '../../cluster/access-review.js';
import type { KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** A rule of a ClusterRole. */
export interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  verbs?: string[];
}

export interface ClusterRole extends KubeObject {
  rules?: PolicyRule[] | null;
}

export interface ClusterRoleBinding extends KubeObject {
  roleRef?: { name?: string };
  subjects?: { kind?: string; name?: string; namespace?: string }[] | null;
}

/** A ClusterRole that a service account has. */
export interface Grant {
  role: string;
  rules: PolicyRule[];
  /** True if the binding names the service account, not only a group that contains it. */
  isDirect: boolean;
}

/** Lists the ClusterRoles that ClusterRoleBindings give to a service account of the registry's namespace. */
export function grantsOf(account: string, bindings: ClusterRoleBinding[], roles: ClusterRole[]): Grant[] {
  const rules = new Map(roles.map((role) => [role.metadata.name, role.rules ?? []]));
  return bindings.flatMap(({ roleRef, subjects }) => {
    const isDirect = (subjects ?? []).some((subject) => isAccount(subject, account));
    if (!isDirect && !(subjects ?? []).some(isItsGroup)) return [];
    const role = roleRef?.name ?? '';
    return [{ role, rules: rules.get(role) ?? [], isDirect }];
  });
}

type Subject = NonNullable<ClusterRoleBinding['subjects']>[number];

function isAccount({ kind, name, namespace }: Subject, account: string): boolean {
  return kind === 'ServiceAccount'
    ? name === account && namespace === REGISTRY_NAMESPACE
    : kind === 'User' && name === `system:serviceaccount:${REGISTRY_NAMESPACE}:${account}`;
}

const GROUPS = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${REGISTRY_NAMESPACE}`];

function isItsGroup({ kind, name = '' }: Subject): boolean {
  return kind === 'Group' && GROUPS.includes(name);
}

/**
 * True if a rule contains a permission for all objects of its resource.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
export function covers({ apiGroups, resources, resourceNames, verbs }: PolicyRule, wanted: Permission): boolean {
  const { group, verb, resource, subresource } = wanted;
  const forms = subresource ? [`${resource}/${subresource}`, `*/${subresource}`] : [resource];
  return (
    !resourceNames?.length && has(apiGroups, group) && has(verbs, verb) && forms.some((form) => has(resources, form))
  );
}

function has(list: string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}
