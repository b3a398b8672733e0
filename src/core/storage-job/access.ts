import type { Permission } from '../cluster/access-review.js';
import { ownClusterRole, ownRole, serviceAccount, type Rule } from '../in-cluster/access.js';

/** Returns the service account, and roles with exactly these permissions, with their bindings. */
export function accessObjects(app: string, permissions: readonly Permission[]): object[] {
  const namespaces = [...new Set(permissions.flatMap(({ namespace }) => namespace ?? []))].sort();
  const clusterWide = permissions.filter(({ namespace }) => namespace === undefined);
  return [
    serviceAccount(app),
    ...ownClusterRole(app, app, rulesOf(clusterWide)),
    ...namespaces.flatMap((name) =>
      ownRole(app, name, rulesOf(permissions.filter(({ namespace }) => namespace === name))),
    ),
  ];
}

/** Returns one rule per resource and name, with all its verbs. */
function rulesOf(permissions: Permission[]): Rule[] {
  const rules = new Map<string, Rule>();
  for (const { group, resource, subresource, name, verb } of permissions) {
    const path = subresource === undefined ? resource : `${resource}/${subresource}`;
    const key = JSON.stringify([group, path, name]);
    const verbs = rules.get(key)?.verbs ?? [];
    rules.set(key, {
      apiGroups: [group],
      resources: [path],
      ...(name === undefined ? {} : { resourceNames: [name] }),
      verbs: [...new Set([...verbs, verb])],
    });
  }
  return joinNames([...rules.values()]);
}

/** Joins rules that differ only in the name of the object. */
function joinNames(rules: Rule[]): Rule[] {
  const joined = new Map<string, Rule>();
  for (const { resourceNames, ...rest } of rules) {
    const key = JSON.stringify([rest, resourceNames !== undefined]);
    const names = [...(joined.get(key)?.resourceNames ?? []), ...(resourceNames ?? [])];
    const { verbs, ...target } = rest;
    joined.set(key, { ...target, ...(resourceNames ? { resourceNames: names } : {}), verbs });
  }
  return [...joined.values()];
}
