import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../../core/model/kube.js';
import type { PolicyRule } from '../types.js';
import { ApiStatus, statusDetails } from './status.js';
import { qualifiedName } from './resources.js';
import type { Store } from './store.js';

export interface User {
  name: string;
  groups: string[];
}

/** What a request wants to do, as the API server's authorizer sees it. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Tokens, and what their users may do: role objects in the store, evaluated as RBAC does. */
export class Permissions {
  private readonly tokens = new Map<string, User>();

  constructor(private readonly store: Store) {}

  /** A new token of the form that OpenShift issues. */
  addToken(user: string, groups: string[] = []): string {
    const token = `sha256~${randomBytes(32).toString('base64url')}`;
    this.tokens.set(token, this.named(user, groups));
    return token;
  }

  userOf(token: string): User | undefined {
    return this.tokens.get(token);
  }

  /** The user whom `name` means, with the groups that the name implies. */
  named(name: string, groups: string[] = []): User {
    return { name, groups: [...groupsOf(name), ...groups, 'system:authenticated'] };
  }

  allows(user: User, wanted: Attributes): boolean {
    return this.rulesOf(user, wanted.namespace).some((rule) => covers(rule, wanted));
  }

  allowsPath(user: User, verb: string, path: string): boolean {
    return this.rulesOf(user).some(
      (rule) =>
        matches(rule.verbs, verb) &&
        (rule.nonResourceURLs ?? []).some(
          (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
        ),
    );
  }

  /** @throws ApiStatus 403 with the words of the real server */
  require(user: User, wanted: Attributes): void {
    if (!this.allows(user, wanted)) throw forbidden(user, wanted);
  }

  /** All rules that bind a user, cluster-wide and in `namespace`. */
  rulesOf(user: User, namespace?: string): PolicyRule[] {
    const wide = this.bound('clusterrolebindings', user);
    const local = namespace ? this.bound('rolebindings', user, namespace) : [];
    return [...wide, ...local].flatMap((binding) => this.rulesOfRole(binding, namespace));
  }

  private bound(resource: string, user: User, namespace?: string): KubeObject[] {
    return this.store
      .entries(this.store.resource(resource), namespace)
      .map((entry) => entry.read())
      .filter((binding) => ((binding.subjects ?? []) as Subject[]).some((subject) => isSubject(subject, user)));
  }

  private rulesOfRole(binding: KubeObject, namespace?: string): PolicyRule[] {
    const reference = binding.roleRef as { kind: string; name: string };
    const role =
      reference.kind === 'Role'
        ? this.store.find(this.store.resource('roles'), namespace, reference.name)
        : this.store.find(this.store.resource('clusterroles'), undefined, reference.name);
    return (role?.rules ?? []) as PolicyRule[];
  }
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

function groupsOf(user: string): string[] {
  const match = /^system:serviceaccount:([^:]+):/.exec(user);
  return match ? ['system:serviceaccounts', `system:serviceaccounts:${match[1]}`] : ['system:authenticated:oauth'];
}

function isSubject(subject: Subject, user: User): boolean {
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  if (subject.kind === 'User') return subject.name === user.name;
  return user.name === `system:serviceaccount:${subject.namespace}:${subject.name}`;
}

function matches(list: string[] | undefined, value: string): boolean {
  return !!list && (list.includes('*') || list.includes(value));
}

function resourcePath({ resource, subresource }: Attributes): string {
  return subresource ? `${resource}/${subresource}` : resource;
}

function covers(rule: PolicyRule, wanted: Attributes): boolean {
  return (
    matches(rule.verbs, wanted.verb) &&
    matches(rule.apiGroups, wanted.group) &&
    matches(rule.resources, resourcePath(wanted)) &&
    (!rule.resourceNames?.length || (wanted.name !== undefined && rule.resourceNames.includes(wanted.name)))
  );
}

/** The 403 that the real server answers; its words are recorded. */
export function forbidden(user: User, wanted: Attributes): ApiStatus {
  const resource = resourcePath(wanted);
  const where = wanted.namespace ? `in the namespace "${wanted.namespace}"` : 'at the cluster scope';
  const object = `${qualifiedName(wanted)}${wanted.name ? ` "${wanted.name}"` : ''}`;
  const message = `${object} is forbidden: User "${user.name}" cannot ${wanted.verb} resource "${resource}" in API group "${wanted.group}" ${where}`;
  return new ApiStatus({ code: 403, reason: 'Forbidden', message, details: statusDetails(wanted, wanted.name) });
}
