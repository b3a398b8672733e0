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

/** What a request does, in the terms of the API server's authorizer. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Manages tokens and checks permissions against the role objects in the store, as RBAC does. */
export class Permissions {
  private readonly tokens = new Map<string, User>();

  constructor(private readonly store: Store) {}

  /** Issues a token in the format of OpenShift. */
  addToken(user: string, groups: string[] = []): string {
    const token = `sha256~${randomBytes(32).toString('base64url')}`;
    this.tokens.set(token, this.userNamed(user, groups));
    return token;
  }

  userWithToken(token: string): User | undefined {
    return this.tokens.get(token);
  }

  /** Returns the user `name` with the groups that follow from the name. */
  userNamed(name: string, groups: string[] = []): User {
    return { name, groups: [...groupsOf(name), ...groups, 'system:authenticated'] };
  }

  allows(user: User, wanted: Attributes): boolean {
    return this.rulesFor(user, wanted.namespace).some((rule) => ruleAllows(rule, wanted));
  }

  allowsPath(user: User, verb: string, path: string): boolean {
    return this.rulesFor(user).some(
      (rule) =>
        matches(rule.verbs, verb) &&
        (rule.nonResourceURLs ?? []).some(
          (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
        ),
    );
  }

  /** Checks a permission. @throws ApiStatus 403 with the message of the real server */
  require(user: User, wanted: Attributes): void {
    if (!this.allows(user, wanted)) throw forbidden(user, wanted);
  }

  /** Lists the rules that apply to a user, cluster-wide and in `namespace`. */
  rulesFor(user: User, namespace?: string): PolicyRule[] {
    const clusterWide = this.bindings('clusterrolebindings', user);
    const local = namespace ? this.bindings('rolebindings', user, namespace) : [];
    return [...clusterWide, ...local].flatMap((binding) => this.roleRules(binding, namespace));
  }

  private bindings(resource: string, user: User, namespace?: string): KubeObject[] {
    return this.store
      .entries(this.store.resource(resource), namespace)
      .map((entry) => entry.read())
      .filter((binding) => ((binding.subjects ?? []) as Subject[]).some((subject) => isSubject(subject, user)));
  }

  private roleRules(binding: KubeObject, namespace?: string): PolicyRule[] {
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

function ruleAllows(rule: PolicyRule, wanted: Attributes): boolean {
  return (
    matches(rule.verbs, wanted.verb) &&
    matches(rule.apiGroups, wanted.group) &&
    matches(rule.resources, resourcePath(wanted)) &&
    (!rule.resourceNames?.length || (wanted.name !== undefined && rule.resourceNames.includes(wanted.name)))
  );
}

/** Makes the 403 of the real server; its message is recorded. */
export function forbidden(user: User, wanted: Attributes): ApiStatus {
  const resource = resourcePath(wanted);
  const where = wanted.namespace ? `in the namespace "${wanted.namespace}"` : 'at the cluster scope';
  const object = `${qualifiedName(wanted)}${wanted.name ? ` "${wanted.name}"` : ''}`;
  const message = `${object} is forbidden: User "${user.name}" cannot ${wanted.verb} resource "${resource}" in API group "${wanted.group}" ${where}`;
  return new ApiStatus({ code: 403, reason: 'Forbidden', message, details: statusDetails(wanted, wanted.name) });
}
