import { summarizeMatches, type DeclaredSummary } from '../../model/referrers/declared-matches.js';
import type { ClusterApi } from '../api.js';
import { findCustomKinds, listIfAllowed, type CustomResource } from './custom-kinds.js';
import { findDeclaredKinds, listDeclared, type DeclaredKind } from './declared-kinds.js';
import type { ListOptions } from './list.js';
import type { ListedReferrers } from './list-referrers.js';
import type { ReadOptions } from './read-result.js';

/**
 * Finds the custom kinds to read: the well-known ones that the cluster has, unless `everything` includes them, and
 * those that the user declares.
 * @throws RegadmError if discovery fails, or shows that the cluster lacks a declared kind
 */
export async function findKinds(
  api: ClusterApi,
  { withoutReferrers, withoutCustomKinds, onlyAsOc, everything, custom, signal }: ReadOptions,
): Promise<CustomResource[]> {
  if (withoutReferrers || withoutCustomKinds || onlyAsOc) return [];
  const wellKnown = everything ? [] : findCustomKinds(api, signal);
  const declared = custom?.declared ? findDeclaredKinds(api, custom.declared, signal) : [];
  return (await Promise.all([wellKnown, declared])).flat();
}

/**
 * Lists a custom kind.
 * @returns undefined if it is a well-known one that the user may not list
 * @throws RegadmError that names the resource
 */
export function listKind(
  api: ClusterApi,
  kind: CustomResource,
  options: ListOptions,
): Promise<ListedReferrers | undefined> {
  return isDeclared(kind) ? listDeclared(api, kind, options) : listIfAllowed(api, kind, options);
}

/** Returns what the paths of the declared kinds among these have led to. */
export function declaredSummaries(kinds: readonly CustomResource[]): DeclaredSummary[] {
  const declared = kinds.filter(isDeclared).sort((a, b) => a.declaration.line - b.declaration.line);
  return declared.map(({ file, declaration, matches }) => summarizeMatches(file, declaration, matches));
}

function isDeclared(kind: CustomResource): kind is DeclaredKind {
  return 'declaration' in kind;
}
