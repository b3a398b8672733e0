import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../core/model/kube.js';
import type { SandboxStore } from '../types.js';
import { apiVersionOf, findResource, type ResourceDefinition } from './resources.js';

/** A stored object. It is never changed in place; the enlarged sample data generates it on each read. */
export interface Entry {
  key: string;
  revision: number;
  read(): KubeObject;
}

export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  definition: ResourceDefinition;
  object: KubeObject;
  previous?: KubeObject;
}

/** An object that is generated on each read; `make` must always return an equal one. */
export interface LazyObject {
  name: string;
  namespace?: string;
  make(): KubeObject;
}

interface Collection {
  definition: ResourceDefinition;
  entries: Map<string, Entry>;
  sorted?: Entry[];
  log: StoreEvent[];
  /** Changes up to this revision are no longer in the log. */
  compactedTo: number;
}

/** Minimum number of changes per resource that are kept for watches that start in the past. */
const LOG_LENGTH = 20_000;

/** Stores all objects of the simulated cluster, with resource versions and a log of changes. */
export class Store implements SandboxStore {
  private readonly collections = new Map<ResourceDefinition, Collection>();
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  revision = 1;
  /** Lists and watches from before this revision get 410. */
  compacted = 0;

  constructor(
    readonly definitions: ResourceDefinition[],
    /** Returns the time of the cluster in ms since the epoch. */
    readonly now: () => number,
  ) {}

  /** Calls `listener` after every change, in order. @returns a function that ends the subscription */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Lists changes after `revision`. @returns undefined if the log no longer has them */
  changesSince(definition: ResourceDefinition, revision: number): StoreEvent[] | undefined {
    const { log, compactedTo } = this.collection(definition);
    if (revision < compactedTo || revision < this.compacted) return undefined;
    return log.filter((event) => event.revision > revision);
  }

  /** Lists entries in the order of etcd: by `namespace/name`, byte by byte. @param namespace lists only its objects */
  entries(definition: ResourceDefinition, namespace?: string): Entry[] {
    const collection = this.collection(definition);
    collection.sorted ??= [...collection.entries.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    if (namespace === undefined) return collection.sorted;
    return collection.sorted.filter((entry) => entry.key.startsWith(`${namespace}/`));
  }

  find(definition: ResourceDefinition, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.collection(definition)
      .entries.get(storageKey(definition, namespace, name))
      ?.read();
  }

  /** Creates or replaces an object as the next revision and notifies watches. */
  write(definition: ResourceDefinition, object: KubeObject): KubeObject {
    const { name, namespace } = object.metadata;
    const key = storageKey(definition, namespace, name);
    const collection = this.collection(definition);
    const previous = collection.entries.get(key)?.read();
    const revision = ++this.revision;
    const stored = { ...object, metadata: this.metadata(object, previous, revision) };
    delete stored.kind;
    delete stored.apiVersion;
    collection.entries.set(key, { key, revision, read: () => stored });
    collection.sorted = undefined;
    this.fire(collection, { type: previous ? 'MODIFIED' : 'ADDED', revision, definition, object: stored, previous });
    return stored;
  }

  /** Adds generated objects. Watches are not notified. */
  addLazy(resource: string, objects: Iterable<LazyObject>): void {
    const definition = findResource(this.definitions, resource);
    const collection = this.collection(definition);
    const revision = ++this.revision;
    for (const object of objects) {
      const key = storageKey(definition, object.namespace, object.name);
      const read = (): KubeObject => {
        const made = object.make();
        return {
          ...made,
          metadata: { uid: stableUid(object.name), resourceVersion: String(revision), ...made.metadata },
        };
      };
      collection.entries.set(key, { key, revision, read });
    }
    collection.sorted = undefined;
    collection.compactedTo = revision;
  }

  delete(definition: ResourceDefinition, namespace: string | undefined, name: string): KubeObject | undefined {
    const collection = this.collection(definition);
    const key = storageKey(definition, namespace, name);
    const previous = collection.entries.get(key)?.read();
    if (!previous) return undefined;
    collection.entries.delete(key);
    collection.sorted = undefined;
    const revision = ++this.revision;
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.fire(collection, { type: 'DELETED', revision, definition, object, previous });
    return previous;
  }

  list(resource: string, namespace?: string): KubeObject[] {
    return this.entries(this.resource(resource), namespace).map((entry) => structuredClone(entry.read()));
  }

  get(resource: string, nameOrNamespace: string, name?: string): KubeObject | undefined {
    const found = this.find(this.resource(resource), ...splitName(nameOrNamespace, name));
    return found && structuredClone(found);
  }

  put(resource: string, object: unknown): KubeObject {
    const definition = this.resource(resource);
    const copy = structuredClone(object) as KubeObject;
    if (definition.namespaced) copy.metadata.namespace ??= 'default';
    return structuredClone(this.write(definition, copy));
  }

  remove(resource: string, nameOrNamespace: string, name?: string): boolean {
    return this.delete(this.resource(resource), ...splitName(nameOrNamespace, name)) !== undefined;
  }

  compact(): void {
    this.compacted = ++this.revision;
    for (const collection of this.collections.values()) collection.log = [];
  }

  resource(name: string): ResourceDefinition {
    return findResource(this.definitions, name);
  }

  private metadata(object: KubeObject, previous: KubeObject | undefined, revision: number): KubeObject['metadata'] {
    return {
      ...object.metadata,
      uid: previous?.metadata.uid ?? object.metadata.uid ?? randomUUID(),
      creationTimestamp: object.metadata.creationTimestamp ?? previous?.metadata.creationTimestamp ?? this.timestamp(),
      resourceVersion: String(revision),
    };
  }

  /** Returns the current time in the format of API objects, in whole seconds. */
  timestamp(): string {
    return `${new Date(this.now()).toISOString().slice(0, 19)}Z`;
  }

  private collection(definition: ResourceDefinition): Collection {
    let collection = this.collections.get(definition);
    if (!collection) {
      collection = { definition, entries: new Map(), log: [], compactedTo: 0 };
      this.collections.set(definition, collection);
    }
    return collection;
  }

  private fire(collection: Collection, event: StoreEvent): void {
    collection.log.push(event);
    if (collection.log.length > LOG_LENGTH * 2) {
      const dropped = collection.log.splice(0, LOG_LENGTH);
      collection.compactedTo = dropped.at(-1)!.revision;
    }
    for (const listener of [...this.listeners]) listener(event);
  }
}

/** Adds kind and apiVersion to an object, as in responses with a single object. Items of lists do not have them. */
export function withKind(definition: ResourceDefinition, object: KubeObject): KubeObject {
  return { kind: definition.kind, apiVersion: apiVersionOf(definition), ...object };
}

function storageKey(definition: ResourceDefinition, namespace: string | undefined, name: string): string {
  return definition.namespaced ? `${namespace ?? 'default'}/${name}` : name;
}

function splitName(nameOrNamespace: string, name: string | undefined): [string | undefined, string] {
  return name === undefined ? [undefined, nameOrNamespace] : [nameOrNamespace, name];
}

/** Derives a uid from the name of a generated object, so that every read returns the same one. */
function stableUid(name: string): string {
  const hex = name
    .replace(/[^0-9a-f]/g, '')
    .padEnd(32, '0')
    .slice(-32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
