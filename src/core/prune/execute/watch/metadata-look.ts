import type { ListResult } from '../../../cluster/lists/list.js';
import { hashUids, type UidSet } from '../../../cluster/lists/uid-set.js';
import type { ListedResource } from '../../../cluster/resources.js';
import type { KubeObject } from '../../../model/kube.js';
import type { Referrer } from '../../../model/referrer.js';
import { forEachParallel } from '../../../kit/parallel.js';
import type { ClusterReads } from '../../ports.js';

/** Maximum number of changed objects that are read one by one, and their maximum share of all. */
const MOST_CHANGED = 200;
const MOST_CHANGED_SHARE = 1 / 4;
const CONCURRENT_READS = 4;
/** Maximum number of looks for which whole objects are read after too many had changed. */
const MOST_SKIPPED = 15;

/** How a resource is read. */
interface LookOptions {
  cluster: Pick<ClusterReads, 'listMetadata' | 'listReferrers'>;
  resource: ListedResource;
  namespace?: string;
  signal: AbortSignal;
  reduce(object: KubeObject): Referrer;
  /** The objects of the first list; undefined if they are not known. */
  uids?: UidSet;
}

/** What has changed since a version of a list. */
export interface Changes {
  /** The version that is known now. */
  resourceVersion: string;
  /** Size of the responses. */
  bytes: number;
  /** All objects that exist: `namespace/name`. */
  present: ReadonlySet<string>;
  /** The objects that were created or changed. */
  changed: Referrer[];
}

/**
 * Looks for changes of a list that is known at some version, by the metadata of its objects: the content of an object
 * that has not been changed since then is known. The others are read one by one. Whatever is in doubt is left to a list
 * of whole objects (docs/decisions/0038-look-again-by-metadata.md).
 */
export class MetadataLook {
  private isUnsupported = false;
  private skipped = 0;
  private toSkip = 0;
  /** The objects that are known at some version. */
  private uids: UidSet | undefined;

  constructor(private readonly options: LookOptions) {
    this.uids = options.uids;
  }

  /** Notes what a list of whole objects has shown. */
  know({ uids }: ListResult): void {
    this.uids = uids;
  }

  /**
   * @param version version at which every known object is known
   * @returns undefined if the whole list must be read
   * @throws the signal's reason
   */
  async since(version: string): Promise<Changes | undefined> {
    const { uids } = this;
    if (this.isUnsupported || uids === undefined || Number.isNaN(toNumber(version))) return undefined;
    if (this.toSkip > 0) {
      this.toSkip--;
      return undefined;
    }
    const { resource, namespace, signal, cluster } = this.options;
    try {
      const { objects, result } = await cluster.listMetadata(resource, { namespace, signal, recheck: true });
      const changed = changedSince({ version, uids }, result.resourceVersion, objects);
      if (changed === 'contradiction') return this.giveUp();
      if (changed === 'unknown') return this.skip();
      if (changed.length > Math.min(MOST_CHANGED, objects.length * MOST_CHANGED_SHARE)) return this.skip();
      const referrers = await this.read(changed);
      if (!referrers) return this.skip();
      this.skipped = 0;
      this.uids = result.uids;
      const present = new Set(objects.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`));
      return { resourceVersion: result.resourceVersion, bytes: result.bytes, present, changed: referrers };
    } catch {
      signal.throwIfAborted();
      return this.giveUp();
    }
  }

  /** Reads objects. @returns undefined if one of them has been changed again, so that its listed state is not known */
  private async read(objects: readonly KubeObject[]): Promise<Referrer[] | undefined> {
    const referrers: Referrer[] = [];
    let isComplete = true;
    await forEachParallel(objects, { concurrency: CONCURRENT_READS }, async (listed) => {
      if (!isComplete) return;
      const referrer = await this.readOne(listed);
      if (referrer) referrers.push(referrer);
      else isComplete = false;
    });
    return isComplete ? referrers : undefined;
  }

  /** Reads an object by a list: the permission to get it is not needed. */
  private async readOne({ metadata: listed }: KubeObject): Promise<Referrer | undefined> {
    const { cluster, resource, signal, reduce } = this.options;
    let referrer: Referrer | undefined;
    const { result } = await cluster.listReferrers(
      resource,
      [
        (object) => {
          const reduced = reduce(object);
          if (isSame(object.metadata, listed)) referrer = reduced;
          return reduced;
        },
      ],
      { namespace: listed.namespace, fieldSelector: `metadata.name=${listed.name}`, signal, recheck: true },
    );
    return result.count === 1 ? referrer : undefined;
  }

  private giveUp(): undefined {
    this.isUnsupported = true;
    return undefined;
  }

  private skip(): undefined {
    this.skipped = Math.min(2 * this.skipped + 1, MOST_SKIPPED);
    this.toSkip = this.skipped;
    return undefined;
  }
}

/** What is known of a list. */
interface Known {
  version: string;
  uids: UidSet;
}

/**
 * Returns the objects of a list that were created or changed after a version.
 * @param version version of the list
 * @returns `contradiction` if the versions do not show it; `unknown` if an object should be known by its version, but
 *   was never shown
 */
function changedSince(
  known: Known,
  version: string,
  objects: readonly KubeObject[],
): KubeObject[] | 'contradiction' | 'unknown' {
  const before = toNumber(known.version);
  const now = toNumber(version);
  if (!(now >= before)) return 'contradiction';
  if (!objects.every(({ metadata }) => metadata.uid && toNumber(metadata.resourceVersion ?? '') <= now))
    return 'contradiction';
  const isChanged = ({ metadata }: KubeObject): boolean => toNumber(metadata.resourceVersion!) > before;
  const hashes = hashUids(objects);
  const isKnown = objects.every((object, at) => isChanged(object) || known.uids.has(hashes, at));
  return isKnown ? objects.filter(isChanged) : 'unknown';
}

/** True if metadata are of the same state of the same object. */
function isSame(one: KubeObject['metadata'], other: KubeObject['metadata']): boolean {
  const keys = ['name', 'namespace', 'uid', 'resourceVersion'] as const;
  return keys.every((key) => one[key] === other[key]);
}

/** Returns a resource version as a number; NaN if it is not one that can be compared. */
function toNumber(version: string): number {
  return /^\d{1,15}$/.test(version) ? Number(version) : NaN;
}
