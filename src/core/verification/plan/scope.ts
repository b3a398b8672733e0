/** An argument that selects what is verified: a namespace, one of its image streams, or one of its tags. */
export interface Scope {
  namespace: string;
  name?: string;
  tag?: string;
  /** As the user wrote it. */
  text: string;
}

/** Returns true if a tag is to be verified. Without arguments, every tag is. */
export function isInScope(scopes: readonly Scope[], namespace: string, name: string, tag: string): boolean {
  return scopes.length === 0 || scopes.some((scope) => matches(scope, namespace, name, tag));
}

/** Returns true if an argument selects a tag. */
export function matches(scope: Scope, namespace: string, name: string, tag: string): boolean {
  if (scope.namespace !== namespace) return false;
  return (scope.name === undefined || scope.name === name) && (scope.tag === undefined || scope.tag === tag);
}
