import type { KubeObject } from './kube.js';

/**
 * Wraps a reducer: an API server checks the types of the fields that it reads, but saved lists and other servers can
 * contain anything.
 * @param resource plural name, for the error
 * @returns a reducer that throws an Error with the name of the object if a field has another type than expected
 */
export function checkedReducer<T>(resource: string, reduce: (object: KubeObject) => T): (object: KubeObject) => T {
  return (object) => {
    try {
      return reduce(object);
    } catch (cause) {
      const { namespace, name } = object.metadata ?? {};
      const key = namespace === undefined ? String(name) : `${String(namespace)}/${String(name)}`;
      throw new Error(`a field of ${resource} ${key} has an unexpected type`, { cause });
    }
  };
}
