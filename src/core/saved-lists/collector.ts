import type { DeclaredReferrers } from '../model/declared-referrers.js';
import type { KubeObject } from '../model/kube.js';
import { quote } from '../model/names/quote.js';
import { isRecord, listOf, textIn } from '../model/values/json.js';
import type { Referrer } from '../model/referrer.js';
import { missingPart } from './check-object.js';
import { customUsesIn } from './custom-objects.js';
import { DeclaredObjects } from './declared-objects.js';
import { KINDS, resourceOf, type SavedResource } from './kinds.js';
import { KnownObjects } from './known-objects.js';
import { contentOf, describe, isList, isPage, listProblem, namespacesIn, resourcesIn } from './list-content.js';
import type { SavedDocument } from './parse.js';
import type { Place } from './place.js';
import type { Remedy } from './source.js';

/** A reason why a file cannot be used. */
export interface Problem {
  path: string;
  place: Place;
  /** What is wrong, as the rest of a sentence that starts with the path. */
  message: string;
  /** What to save again, if it is known: resources, as in `oc get`. */
  resource?: string;
  /** What helps instead of saving the file again. */
  remedy?: Remedy;
  /** True if the content of the file is not known. */
  isUnreadable?: boolean;
  isEmpty?: boolean;
}

/** The file that a value comes from. */
interface Origin {
  path: string;
  place: Place;
  /** What to save again if the file cannot be used. */
  resource?: string;
}

/** An object in a file. */
interface SavedObject {
  object: Record<string, unknown>;
  isListed: boolean;
  /** True if its end can be missing without an error in the syntax of the file. */
  canBeCut?: boolean;
}

/** Objects by the resource that they belong to. */
export type Lists = Partial<Record<SavedResource, KubeObject[]>>;

/**
 * Collects the objects of saved files, and what is wrong with them. Everything that a list of the API server always has
 * must be there: what a cut or edited file lacks would count as unused.
 */
export class Collector {
  readonly lists: Lists = {};
  /** Uses in objects of custom kinds. */
  readonly custom: Referrer[] = [];
  readonly problems: Problem[] = [];
  /** Resources for which a list of any kind was found in a must-gather, by namespace. */
  readonly inNamespace = new Map<string, Set<SavedResource>>();
  /** Resources with a list that is not part of a namespace of a must-gather. */
  readonly everywhere = new Set<SavedResource>();
  /** Names in a list of namespaces; absent if no file contains one. */
  namespaces?: Set<string>;
  private readonly known = new KnownObjects();
  /** Objects of the kinds that the user declares. */
  readonly declared: DeclaredObjects;

  constructor(declaredReferrers?: DeclaredReferrers) {
    this.declared = new DeclaredObjects(declaredReferrers);
  }

  /** Takes the documents of a file. */
  take(path: string, place: Place, documents: SavedDocument[]): void {
    const contained = new Set(documents.flatMap(({ value }) => resourcesIn(value)));
    const resource = place.resource ?? [...contained].join(',');
    const origin = { path, place, ...(resource && { resource }) };
    const content = documents.filter(({ value }) => value !== null && value !== undefined);
    if (content.length === 0) this.problems.push({ ...origin, message: 'is empty', isEmpty: true });
    for (const document of content) {
      const { length } = this.problems;
      this.takeOne(origin, document);
      if (document.cut !== undefined && this.problems.length === length) this.reject(origin, document.cut);
    }
  }

  /** Notes that a file cannot be read. */
  rejectUnreadable({ path, place }: Origin, message: string, remedy?: Remedy): void {
    const { resource } = place;
    this.problems.push({
      path,
      place,
      message,
      isUnreadable: true,
      ...(resource && { resource }),
      ...(remedy && { remedy }),
    });
  }

  /** Notes that the content of a file cannot be used. */
  private reject(origin: Origin, message: string): void {
    this.problems.push({ ...origin, message });
  }

  private takeOne(origin: Origin, { value, canBeCut }: SavedDocument): void {
    const { resource: expected } = origin.place;
    if (!isRecord(value)) return this.reject(origin, `is not a list of ${expected ?? 'objects of the API server'}`);
    this.takeCustom(origin, value);
    if (isList(value)) return this.takeList(origin, value);
    const kind = textIn(value.kind) ?? '';
    const resource = resourceOf(kind, value.apiVersion);
    if (expected && resource !== expected) this.reject(origin, `contains ${describe(kind, value)}, not ${expected}`);
    else if (kind === '')
      this.reject(origin, 'contains an object without a kind: it was cut, or it does not come from the API server');
    else if (kind === 'Status') this.reject(origin, `contains ${describe(kind, value)}`);
    else if (resource) this.add(origin, resource, { object: value, isListed: false, canBeCut });
  }

  private takeCustom(origin: Origin, document: Record<string, unknown>): void {
    const declaredProblem = this.declared.take(origin.path, document);
    if (declaredProblem !== undefined) return this.reject(origin, declaredProblem);
    const { referrers, isCustom, problem } = customUsesIn(document);
    for (const referrer of referrers) this.custom.push(referrer);
    if (problem !== undefined) this.reject(origin, problem);
    else if (isCustom && isPage(document))
      this.reject(origin, 'is one page of a longer list (metadata.continue): the rest is missing');
  }

  private takeList(origin: Origin, list: Record<string, unknown>): void {
    const { resource: expected } = origin.place;
    const kind = textIn(list.kind) ?? '';
    const { own, contained } = contentOf(list, kind);
    const resource = own ?? expected;
    this.noteNamespaces(namespacesIn(list));
    if (kind !== '' && !resource && !contained.some(Boolean)) return;
    const problem = listProblem({ list, kind, expected, own, contained });
    if (problem) return this.reject(origin, problem);
    if (resource) this.note(resource, origin.place);
    listOf(list.items).forEach((item, at) => {
      const of = contained[at];
      if (!isRecord(item) || (!own && typeof item.kind !== 'string') || (own && of !== own))
        this.reject(origin, `contains an item that is not an object of its kind (item ${at + 1})`);
      else if (of) this.add(origin, of, { object: item, isListed: true });
    });
  }

  private note(resource: SavedResource, { namespace }: Place): void {
    this.lists[resource] ??= [];
    if (namespace === undefined) this.everywhere.add(resource);
    else this.inNamespace.set(namespace, (this.inNamespace.get(namespace) ?? new Set()).add(resource));
  }

  private noteNamespaces(names: string[]): void {
    for (const name of names) (this.namespaces ??= new Set()).add(name);
  }

  /** True if the files contain a list of a resource. */
  hasList(resource: SavedResource): boolean {
    return this.everywhere.has(resource) || [...this.inNamespace.values()].some((saved) => saved.has(resource));
  }

  private add(origin: Origin, resource: SavedResource, { object: value, isListed, canBeCut }: SavedObject): void {
    const object = value as KubeObject;
    const missing = missingPart(resource, object, canBeCut);
    if (missing === 'metadata.name')
      return this.reject(origin, `contains an object without a name (kind ${KINDS[resource]})`);
    if (missing) return this.reject(origin, `contains ${describeObject(resource, object)} without ${missing}`);
    // A single object does not show that there are no others, except where one file each is how the list is saved.
    if (isListed || isOnePerFile(resource, origin)) this.note(resource, origin.place);
    const state = this.known.note(resource, object, origin.path);
    if (state === 'new') (this.lists[resource] ??= []).push(object);
    else if (state !== 'known')
      this.rejectState(origin, `contains ${describeObject(resource, object)} in another state than ${state.otherIn}`);
  }

  private rejectState(origin: Origin, message: string): void {
    this.problems.push({ ...origin, message, remedy: 'delete-one' });
  }
}

/** True for a directory of objects, and for a must-gather's file with the name of the object. */
function isOnePerFile(resource: SavedResource, { path, place }: Origin): boolean {
  const [name = '', directory] = path.split('/').reverse();
  const isNamedLikeList = name.replace(/\.[a-z]+$/i, '') === resource;
  return directory === resource || (place.root !== undefined && place.resource === resource && !isNamedLikeList);
}

function describeObject(resource: SavedResource, { metadata: { namespace, name } }: KubeObject): string {
  return `${KINDS[resource]} ${quote(namespace === undefined ? name : `${namespace}/${name}`)}`;
}
