import type { Permission } from '../../cluster/access-review.js';
import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { describeObject, findObject, type ObjectReference } from '../../cluster/objects.js';
import { CONFIG_MAPS, SECRETS } from '../../cluster/resources.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** A Secret or a ConfigMap. */
interface DataObject extends KubeObject {
  data?: Record<string, string>;
}

/** Returns the reference of a Secret of the registry's namespace. */
export function secretNamed(name: string): ObjectReference {
  return { resource: SECRETS, namespace: REGISTRY_NAMESPACE, name };
}

/** Returns the reference of a ConfigMap. */
export function configMapNamed(name: string, namespace = REGISTRY_NAMESPACE): ObjectReference {
  return { resource: CONFIG_MAPS, namespace, name };
}

/** Reads the objects that state the storage of the registry, and remembers which permissions that takes. */
export class SettingsReader {
  private readonly read = new Map<string, ObjectReference>();

  constructor(
    readonly api: ClusterApi,
    readonly signal?: AbortSignal,
  ) {}

  /** The permissions that the reading needed, also to objects that do not exist. */
  get permissions(): Permission[] {
    return [...this.read.values()].map(({ resource: { group, resource }, namespace, name }) => ({
      ...{ verb: 'get', group, resource, name },
      ...(namespace === undefined ? {} : { namespace }),
    }));
  }

  /**
   * Reads an object; undefined if it does not exist.
   * @throws RegadmError FORBIDDEN that names the permission, ApiError
   */
  async find<T extends KubeObject>(reference: ObjectReference): Promise<T | undefined> {
    this.read.set(describeObject(reference), reference);
    try {
      return await findObject<T>(this.api, reference, { signal: this.signal });
    } catch (error) {
      if (!isForbidden(error)) throw error;
      throw new RegadmError(
        `the storage of the registry cannot be found: the permission to get ${describeObject(reference)} is missing`,
        { code: 'FORBIDDEN', suggestions: [grantAdvice(reference), ADVICE.nameStorage], cause: error },
      );
    }
  }

  /**
   * Reads the data of a Secret or a ConfigMap as text; undefined if it does not exist.
   * @throws RegadmError FORBIDDEN that names the permission, ApiError
   */
  async findData(reference: ObjectReference): Promise<ReadonlyMap<string, string> | undefined> {
    const object = await this.find<DataObject>(reference);
    if (!object) return undefined;
    const decode = (value: string): string =>
      reference.resource === SECRETS ? Buffer.from(value, 'base64').toString('utf8') : value;
    const entries = Object.entries(object.data ?? {}).filter(([, value]) => typeof value === 'string');
    return new Map(entries.map(([key, value]) => [key, decode(value)]));
  }
}

function grantAdvice({ resource: { resource, group }, namespace, name }: ObjectReference): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return namespace === undefined
    ? ADVICE.askForAdministrator(`get ${what} ${name}`)
    : ADVICE.grantReading({ resource: what, namespace, name });
}
