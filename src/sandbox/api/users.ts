import type { Permissions } from './permissions.js';
import { binding } from './roles.js';
import type { Store } from './store.js';
import { REGISTRY_ACCOUNT } from '../names.js';
import type { PolicyRule, Sandbox } from '../types.js';

/** The tokens of the users that every sandbox has. */
export function createTokens(permissions: Permissions): Sandbox['tokens'] {
  return {
    admin: permissions.addToken('admin'),
    pruner: permissions.addToken('pruner'),
    nobody: permissions.addToken('nobody'),
    registry: permissions.addToken(REGISTRY_ACCOUNT),
  };
}

/** A user with exactly these rules, cluster-wide, besides what every user may. @returns the token */
export function addUser(store: Store, permissions: Permissions, name: string, rules: PolicyRule[]): string {
  store.put('clusterroles', { metadata: { name: `sandbox:${name}` }, rules });
  store.put('clusterrolebindings', binding(`sandbox:${name}`, `sandbox:${name}`, { user: name }));
  return permissions.addToken(name);
}
