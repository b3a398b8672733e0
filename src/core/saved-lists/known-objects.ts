import type { KubeObject } from '../model/kube.js';
import { REFERRER_KIND_NAMES } from '../model/referrers/index.js';
import type { SavedResource } from './kinds.js';

/** Recognizes objects that are in several files: a must-gather has each pod in a list, and in a file of its own. */
export class KnownObjects {
  private readonly first = new Map<string, { object: KubeObject; path: string }>();

  /**
   * Notes an object.
   * @returns `known` if it changes nothing; `otherIn` if both states cannot count
   */
  note(resource: SavedResource, object: KubeObject, path: string): 'new' | 'known' | { otherIn: string } {
    const { namespace, name } = object.metadata;
    const key = `${resource} ${namespace ?? ''}/${name}`;
    const known = this.first.get(key);
    if (!known) {
      this.first.set(key, { object, path });
      return 'new';
    }
    if (contentOf(known.object) === contentOf(object)) return 'known';
    // What either state uses is in use.
    if (Object.hasOwn(REFERRER_KIND_NAMES, resource)) return 'new';
    return resource === 'imagestreams' ? { otherIn: known.path } : 'known';
  }
}

/** Returns what plans depend on. Metadata such as managed fields differs between ways to save an object. */
function contentOf({ metadata, spec, status, data }: KubeObject & { data?: unknown }): string {
  return JSON.stringify([metadata.annotations, spec, status, data]);
}
