import type { KubeObject } from '../../../model/kube.js';
import { quote } from '../../../model/names/quote.js';
import { isRecord } from '../../../model/values/json.js';
import { missingPart } from './check-object.js';
import { KINDS, resourceOf, type SavedResource } from './kinds.js';
import type { Place } from './place.js';

/** A reason why a file cannot be used. */
export interface Problem {
  path: string;
  place: Place;
  /** What is wrong, as the rest of a sentence that starts with the path. */
  message: string;
  /** The resource to save again, if it is known. */
  resource?: SavedResource;
}

/** The file that a value comes from. */
interface Origin {
  path: string;
  place: Place;
}

/** Objects by the resource that they belong to. */
export type Lists = Partial<Record<SavedResource, KubeObject[]>>;

/**
 * Collects the objects of saved files, and what is wrong with them. Everything that a list of the API server always has
 * must be there: what a cut or edited file lacks would count as unused.
 */
export class Collector {
  readonly lists: Lists = {};
  readonly problems: Problem[] = [];
  /** Resources for which a list of any kind was found in a must-gather, by namespace. */
  readonly inNamespace = new Map<string, Set<SavedResource>>();
  /** Resources with a list that is not part of a namespace of a must-gather. */
  readonly everywhere = new Set<SavedResource>();
  /** Positions of the known objects in their list, and whether a list contains them, by resource and key. */
  private readonly known = new Map<string, { at: number; isListed: boolean }>();

  /** Takes the documents of a file. */
  take(path: string, place: Place, documents: unknown[]): void {
    const origin = { path, place };
    if (documents.every((document) => document === null || document === undefined)) {
      if (place.resource) this.reject(origin, 'is empty');
      return;
    }
    for (const document of documents) if (document !== null && document !== undefined) this.takeOne(origin, document);
  }

  /** Notes that a file cannot be used. */
  reject({ path, place }: Origin, message: string, resource = place.resource): void {
    this.problems.push({ path, place, message, ...(resource ? { resource } : {}) });
  }

  private takeOne(origin: Origin, value: unknown): void {
    const { resource: expected } = origin.place;
    if (!isRecord(value)) {
      if (expected) this.reject(origin, `is not a list of ${expected}`);
      return;
    }
    const kind = typeof value.kind === 'string' ? value.kind : '';
    if ('items' in value || kind.endsWith('List')) return this.takeList(origin, value, kind);
    const resource = resourceOf(kind, value.apiVersion);
    if (expected && resource !== expected) this.reject(origin, `contains ${describe(kind, value)}, not ${expected}`);
    else if (resource) this.add(origin, resource, { object: value, isListed: false });
  }

  private takeList(origin: Origin, list: Record<string, unknown>, kind: string): void {
    const { resource: expected } = origin.place;
    const isMixed = kind === 'List';
    const own = isMixed ? undefined : resourceOf(kind.replace(/List$/, ''), list.apiVersion);
    const items = list.items === null ? [] : list.items;
    const contained = Array.isArray(items) ? items.map((item) => resourceOfItem(item, own)) : [];
    const resource = own ?? expected;
    if (!resource && !contained.some(Boolean)) return;
    const problem = listProblem({ list, kind, items, expected, own, contained });
    if (problem) return this.reject(origin, problem, resource ?? contained.find(Boolean));
    if (resource) this.note(resource, origin.place);
    (items as unknown[]).forEach((item, at) => {
      const of = contained[at];
      if (!isRecord(item) || (isMixed && typeof item.kind !== 'string') || (own && of !== own))
        this.reject(origin, `contains an item that is not an object of its kind (item ${at + 1})`, resource);
      else if (of) this.add(origin, of, { object: item, isListed: true });
    });
  }

  private note(resource: SavedResource, { namespace }: Place): void {
    this.lists[resource] ??= [];
    if (namespace === undefined) this.everywhere.add(resource);
    else this.inNamespace.set(namespace, (this.inNamespace.get(namespace) ?? new Set()).add(resource));
  }

  /** True if the files contain a list of a resource. */
  hasList(resource: SavedResource): boolean {
    return this.everywhere.has(resource) || [...this.inNamespace.values()].some((saved) => saved.has(resource));
  }

  /** Adds an object. A must-gather has many objects twice: in a list, which counts, and in a file of their own. */
  private add(
    origin: Origin,
    resource: SavedResource,
    { object: value, isListed }: { object: Record<string, unknown>; isListed: boolean },
  ): void {
    const object = value as KubeObject;
    if (!isRecord(object.metadata) || typeof object.metadata.name !== 'string')
      return this.reject(origin, `contains an object without a name (kind ${KINDS[resource]})`, resource);
    const { name, namespace } = object.metadata;
    const missing = missingPart(resource, object);
    if (missing)
      return this.reject(
        origin,
        `contains ${KINDS[resource]} ${quote(namespace === undefined ? name : `${namespace}/${name}`)} without ${missing}`,
        resource,
      );
    // A single object does not show that there are no others, except where one file each is how the list is saved.
    if (isListed || origin.place.resource === resource || origin.path.split('/').at(-2) === resource)
      this.note(resource, origin.place);
    const list = (this.lists[resource] ??= []);
    const key = `${resource} ${namespace ?? ''}/${name}`;
    const known = this.known.get(key);
    if (!known) this.known.set(key, { at: list.push(object) - 1, isListed });
    else if (isListed && !known.isListed) {
      list[known.at] = object;
      known.isListed = true;
    }
  }
}

/** What is checked before the items of a list count. */
interface ListContent {
  list: Record<string, unknown>;
  kind: string;
  items: unknown;
  expected: SavedResource | undefined;
  own: SavedResource | undefined;
  contained: (SavedResource | undefined)[];
}

/** Returns why a list cannot be used; undefined if it can. */
function listProblem({ list, kind, items, expected, own, contained }: ListContent): string | undefined {
  // kubectl writes the keys of a list in alphabetical order: a cut YAML file lacks the last ones.
  if (kind === '') return 'is a list without a kind: it was cut, or it does not come from the API server';
  const isForeign = kind !== 'List' && own === undefined;
  const hasNone = kind === 'List' && contained.length > 0 && !contained.includes(expected);
  if (expected && (isForeign || (own && own !== expected) || hasNone))
    return `contains ${describe(kind, list)}, not ${expected}`;
  if (!Array.isArray(items)) return 'is a list without items: it was cut';
  const metadata = isRecord(list.metadata) ? list.metadata : {};
  if (metadata.continue || Number(metadata.remainingItemCount ?? 0) > 0)
    return 'is one page of a longer list (metadata.continue): the rest is missing';
  return undefined;
}

function resourceOfItem(item: unknown, own: SavedResource | undefined): SavedResource | undefined {
  if (!isRecord(item)) return undefined;
  return typeof item.kind === 'string' ? resourceOf(item.kind, item.apiVersion) : own;
}

/** Describes what a file contains instead. The message of a Status tells why it was saved. */
function describe(kind: string, { message, apiVersion }: Record<string, unknown>): string {
  if (kind === '') return 'an object without a kind';
  const words = kind === 'List' ? 'other kinds' : `kind ${quote(kind)}`;
  const of = typeof apiVersion === 'string' && apiVersion.includes('/') ? ` of ${quote(apiVersion)}` : '';
  return kind === 'Status' && typeof message === 'string' ? `${words} (${quote(message)})` : `${words}${of}`;
}
