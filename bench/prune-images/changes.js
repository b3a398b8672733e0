/** Version of all lists before the first change. */
const FIRST_VERSION = 100_000;

/** What has changed in the cluster since it began, in the order of the versions, for lists and for watches. */
export class Changes {
  version = FIRST_VERSION;
  events = [];
  removed = new Map();
  replaced = new Map();
  watches = new Set();

  /** Removes an object. @param number of the object in its list */
  remove(resource, number, object) {
    collection(this.removed, resource, Set).add(number);
    this.replaced.get(resource)?.delete(number);
    this.announce('DELETED', resource, object);
  }

  /** Replaces an object. @returns the object with its new version */
  replace(resource, number, object) {
    const written = this.announce('MODIFIED', resource, object);
    collection(this.replaced, resource, Map).set(number, written);
    return written;
  }

  isRemoved(resource, number) {
    return this.removed.get(resource)?.has(number) ?? false;
  }

  /** Returns the number of removed objects from a number on. */
  removedFrom(resource, from) {
    return [...(this.removed.get(resource) ?? [])].filter((number) => number >= from).length;
  }

  /** Returns an object that has been replaced. */
  find(resource, number) {
    return this.replaced.get(resource)?.get(number);
  }

  /** Calls `onEvent` for every change of a resource after a version. @returns a function that ends it */
  watch(resource, version, onEvent) {
    for (const event of this.events) if (event.resource === resource && event.version > version) onEvent(event);
    const watch = { resource, onEvent };
    this.watches.add(watch);
    return () => this.watches.delete(watch);
  }

  announce(type, resource, object) {
    const version = ++this.version;
    const written = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const event = { type, resource, version, object: written };
    this.events.push(event);
    for (const watch of this.watches) if (watch.resource === resource) watch.onEvent(event);
    return written;
  }
}

function collection(byResource, resource, Type) {
  let found = byResource.get(resource);
  if (!found) byResource.set(resource, (found = new Type()));
  return found;
}
