import { quote } from '../model/names/quote.js';
import { isRecord, listOf, textIn } from '../model/values/json.js';
import { resourceOf, type SavedResource } from './kinds.js';

/** What is checked before the items of a list count. */
interface ListContent {
  list: Record<string, unknown>;
  kind: string;
  expected: SavedResource | undefined;
  own: SavedResource | undefined;
  contained: (SavedResource | undefined)[];
}

/** Returns why a list cannot be used; undefined if it can. */
export function listProblem({ list, kind, expected, own, contained }: ListContent): string | undefined {
  // kubectl writes the keys of a list in alphabetical order: a cut YAML file lacks the last ones.
  if (kind === '') return 'is a list without a kind: it was cut, or it does not come from the API server';
  const isForeign = kind !== 'List' && own === undefined;
  const hasNone = kind === 'List' && contained.length > 0 && !contained.includes(expected);
  if (expected && (isForeign || (own && own !== expected) || hasNone))
    return `contains ${describe(kind, list)}, not ${expected}`;
  if (!Array.isArray(list.items)) return 'is a list without items: it was cut, or it does not come from the API server';
  if (isPage(list)) return 'is one page of a longer list (metadata.continue): the rest is missing';
  return undefined;
}

function resourceOfItem(item: unknown, own: SavedResource | undefined): SavedResource | undefined {
  if (!isRecord(item)) return undefined;
  return typeof item.kind === 'string' ? resourceOf(item.kind, item.apiVersion) : own;
}

/** Describes what a file contains instead. The message of a Status tells why it was saved. */
export function describe(kind: string, { message, apiVersion }: Record<string, unknown>): string {
  if (kind === '') return 'an object without a kind';
  const words = kind === 'List' ? 'other kinds' : `kind ${quote(kind)}`;
  const of = typeof apiVersion === 'string' && apiVersion.includes('/') ? ` of ${quote(apiVersion)}` : '';
  return kind === 'Status' && typeof message === 'string' ? `${words} (${quote(message)})` : `${words}${of}`;
}

/**
 * Returns what a list contains.
 * @returns `own`: the resource of a list that is not mixed; `contained`: the resource of each item
 */
export function contentOf(
  { items, apiVersion }: Record<string, unknown>,
  kind: string,
): { own: SavedResource | undefined; contained: (SavedResource | undefined)[] } {
  const own = kind === 'List' ? undefined : resourceOf(kind.replace(/List$/, ''), apiVersion);
  return { own, contained: listOf(items).map((item) => resourceOfItem(item, own)) };
}

/** Returns the resources whose objects a document contains. */
export function resourcesIn(document: unknown): SavedResource[] {
  if (!isRecord(document)) return [];
  const kind = textIn(document.kind) ?? '';
  const { own, contained } = isList(document)
    ? contentOf(document, kind)
    : { own: resourceOf(kind, document.apiVersion), contained: [] };
  return [own, ...contained].filter((resource) => resource !== undefined);
}

/** Returns the names in a complete list of namespaces; none for other lists. */
export function namespacesIn(list: Record<string, unknown>): string[] {
  const isTyped = list.kind === 'NamespaceList';
  if (!(isTyped || list.kind === 'List') || isPage(list)) return [];
  return listOf(list.items).flatMap((item) => {
    if (!isRecord(item) || !isRecord(item.metadata) || !(isTyped || item.kind === 'Namespace')) return [];
    return textIn(item.metadata.name) ?? [];
  });
}

/** True for a list of which the API server returned only a part. */
export function isPage(list: Record<string, unknown>): boolean {
  const metadata = isRecord(list.metadata) ? list.metadata : {};
  return Boolean(metadata.continue) || Number(metadata.remainingItemCount ?? 0) > 0;
}

/** True for a list, also one that lacks its items or its kind. */
export function isList(document: Record<string, unknown>): boolean {
  return 'items' in document || (textIn(document.kind) ?? '').endsWith('List');
}
