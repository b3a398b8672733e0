import type { Permissions } from './permissions.js';
import { binding } from './roles.js';
import type { Store } from './store.js';
import { REGISTRY_ACCOUNT } from '../names.js';
import type { PolicyRule, Sandbox } from '../types.js';

/** Issues the tokens of the users of every sandbox. */
export function createTokens(permissions: Permissions): Sandbox['tokens'] {
  return {
    admin: permissions.addToken('admin'),
    pruner: permissions.addToken('pruner'),
    nobody: permissions.addToken('nobody'),
    registry: permissions.addToken(REGISTRY_ACCOUNT),
  };
}

/** Adds a user with these cluster-wide rules and those of all users. @returns the token */
export function addUser(store: Store, permissions: Permissions, name: string, rules: PolicyRule[]): string {
  store.put('clusterroles', { metadata: { name: `sandbox:${name}` }, rules });
  store.put('clusterrolebindings', binding(`sandbox:${name}`, `sandbox:${name}`, { user: name }));
  return permissions.addToken(name);
}
