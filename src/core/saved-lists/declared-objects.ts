import type { DeclaredReferrers, DeclaredResource } from '../model/declared-referrers.js';
import type { KubeObject } from '../model/kube.js';
import type { Referrer } from '../model/referrer.js';
import { summarizeMatches, type DeclaredMatches, type DeclaredSummary } from '../model/referrers/declared-matches.js';
import { declaredReducer } from '../model/referrers/declared.js';
import { isRecord, listOf, textIn } from '../model/values/json.js';
import { isList, isPage } from './list-content.js';

/** A kind that the user declares, and what the files contain of it. */
interface Declared {
  resource: DeclaredResource;
  matches: DeclaredMatches;
  /** True if a file contains its list, which can be empty. */
  isListed: boolean;
}

/** Collects the objects of kinds that the user declares (`--referrers-file`) in saved files. */
export class DeclaredObjects {
  readonly referrers: Referrer[] = [];
  private readonly kinds: Declared[];
  private readonly file: string;

  constructor(declared: DeclaredReferrers | undefined) {
    const { file = '', resources = [] } = declared ?? {};
    this.file = file;
    this.kinds = resources.map((resource) => ({
      resource,
      matches: { objects: 0, values: new Map() },
      isListed: false,
    }));
  }

  /** The declared kinds of which no file contains a list. */
  get missing(): DeclaredResource[] {
    return this.kinds.filter(({ isListed }) => !isListed).map(({ resource }) => resource);
  }

  summaries(): DeclaredSummary[] {
    return this.kinds.map(({ resource, matches }) => summarizeMatches(this.file, resource, matches));
  }

  /** True if a path in a must-gather is one of a declared kind. */
  isPlace(path: string): boolean {
    return this.kinds.some(({ resource }) => isPlaceOf(resource, path));
  }

  /**
   * Takes a document of a file: one object, or a list.
   * @returns what is wrong with it, as the rest of a sentence that starts with the path of the file
   */
  take(path: string, document: Record<string, unknown>): string | undefined {
    for (const declared of this.kinds) {
      const problem = this.takeKind(declared, path, document);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  private takeKind(declared: Declared, path: string, document: Record<string, unknown>): string | undefined {
    const { resource, matches } = declared;
    const list = isList(document);
    const listKind = list ? (textIn(document.kind) ?? '').replace(/List$/, '') : '';
    const isNamed = isNamedAfter(resource, path);
    const isOwnList = list && (isNamed || isOf(resource, listKind, document.apiVersion));
    if (isOwnList || (!list && isNamed && isPlaceOf(resource, path))) declared.isListed = true;
    const objects = list ? listOf(document.items).filter(isRecord) : [document];
    const incomplete = isOwnList ? incompleteList(document) : undefined;
    if (incomplete !== undefined) return incomplete;
    for (const object of objects) {
      const kind = textIn(object.kind) ?? listKind;
      const apiVersion = object.apiVersion ?? document.apiVersion;
      if (groupOf(apiVersion) !== resource.group || !(isNamed || hasPlural(kind, resource.resource))) continue;
      if (list) declared.isListed = true;
      const problem = problemOf(object, kind, apiVersion, resource) ?? (isPage(document) ? ONE_PAGE : undefined);
      if (problem !== undefined) return problem;
      const name = `${resource.resource}.${resource.group}`;
      const referrer = declaredReducer({ kind, qualifiedName: name }, resource, matches)(object as KubeObject);
      if (referrer.references.length > 0) this.referrers.push(referrer);
    }
    return undefined;
  }
}

const ONE_PAGE = 'is one page of a longer list (metadata.continue): the rest is missing';

function incompleteList(list: Record<string, unknown>): string | undefined {
  if (!Array.isArray(list.items)) return 'is a list without items: it was cut, or it does not come from the API server';
  if (!list.items.every(isRecord)) return 'contains an item that is not an object';
  return isPage(list) ? ONE_PAGE : undefined;
}

function problemOf(
  { metadata }: Record<string, unknown>,
  kind: string,
  apiVersion: unknown,
  { resource, group, version }: DeclaredResource,
): string | undefined {
  if (!isRecord(metadata) || typeof metadata.name !== 'string')
    return `contains an object without a name (kind ${kind})`;
  const wanted = group === '' ? version : `${group}/${version}`;
  return apiVersion === wanted ? undefined : `contains ${resource} of ${String(apiVersion)}, not ${wanted}`;
}

function isOf({ resource, group }: DeclaredResource, kind: string, apiVersion: unknown): boolean {
  return groupOf(apiVersion) === group && hasPlural(kind, resource);
}

function groupOf(apiVersion: unknown): string {
  const [, group = ''] = (textIn(apiVersion) ?? '').split('/').reverse();
  return group;
}

/** True if a resource can be the plural of a kind, as the API conventions form it. */
function hasPlural(kind: string, resource: string): boolean {
  const name = kind.toLowerCase();
  return name !== '' && [name, `${name}s`, `${name}es`, name.replace(/y$/, 'ies')].includes(resource);
}

/** True if the name of a file, or of its directory in a must-gather, is the resource. */
function isNamedAfter({ resource, group }: DeclaredResource, path: string): boolean {
  const [name = '', directory] = path.split('/').reverse();
  const base = name.replace(/\.[a-z]+$/i, '');
  return base === resource || base === `${resource}.${group}` || directory === resource;
}

function isPlaceOf({ resource, group }: DeclaredResource, path: string): boolean {
  const parts = path.replace(/\.[a-z]+$/i, '').split('/');
  const at = parts.lastIndexOf(resource);
  return at > 0 && at >= parts.length - 2 && parts[at - 1] === (group === '' ? 'core' : group);
}
