/** Version of all lists before the first change. */
const FIRST_VERSION = 100_000;

/** What has changed in the cluster since it began, in the order of the versions, for lists and for watches. */
export class Changes {
  version = FIRST_VERSION;
  events = [];
  /** States of changed objects, by resource and number of the object, oldest first: `version` and `object`. */
  states = new Map();
  last = new Map();
  watches = new Set();

  /** Removes an object. @param number of the object in its list */
  remove(resource, number, object) {
    const { version } = this.announce('DELETED', resource, object);
    this.keep(resource, number, { version });
  }

  /** Replaces an object. @returns the object with its new version */
  replace(resource, number, object) {
    const { version, object: written } = this.announce('MODIFIED', resource, object);
    this.keep(resource, number, { version, object: written });
    return written;
  }

  /**
   * Returns the state of an object at a version of the cluster: `object`, undefined if it was removed.
   * @returns undefined if it had not changed
   */
  stateOf(resource, number, at = this.version) {
    return this.states
      .get(resource)
      ?.get(number)
      ?.findLast(({ version }) => version <= at);
  }

  isRemoved(resource, number, at) {
    const state = this.stateOf(resource, number, at);
    return state !== undefined && state.object === undefined;
  }

  /** Returns the number of objects from a number on that had been removed at a version. */
  removedFrom(resource, from, at) {
    const numbers = [...(this.states.get(resource)?.keys() ?? [])];
    return numbers.filter((number) => number >= from && this.isRemoved(resource, number, at)).length;
  }

  /** Returns the version of the last change of a resource. */
  lastOf(resource) {
    return this.last.get(resource) ?? 0;
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
    this.last.set(resource, version);
    for (const watch of this.watches) if (watch.resource === resource) watch.onEvent(event);
    return event;
  }

  keep(resource, number, state) {
    const numbers = this.states.get(resource) ?? new Map();
    this.states.set(resource, numbers);
    numbers.set(number, [...(numbers.get(number) ?? []), state]);
  }
}
