import { refusal } from '../../model/errors.js';
import type { HardPruneRules } from './types.js';
import type { ClusterUsage } from './usage.js';
import { counted } from '../../model/values/counted.js';

/** A reason to suspect that a storage is not, or not only, the cluster's: what looks unused may be in use elsewhere. */
export interface Doubt {
  /** Describes it with the counts. */
  message: string;
  /** What to look at, in addition to the suggestions that all doubts share. */
  suggestion?: string;
  /** True if it is only a warning: it does not justify a refusal. */
  onlyWarns?: boolean;
}

/** What one look at a storage found, on the volume or in the output of the registry's own pruner. */
export interface SeenStorage {
  repositories: number;
  blobs: number;
  /** True if it has the manifest of any Image object. */
  hasImages: boolean;
  /** The managed images whose manifest it has, as hex. */
  managed: ReadonlySet<string>;
}

type ImageLists = Pick<ClusterUsage, 'images' | 'managed' | 'streams'>;

/** Minimum mean, over namespaces, of the share of managed images that must be in the storage. */
const MIN_SHARE = 0.5;

/**
 * Finds reasons to suspect that a storage is not the cluster's. The rules of the registry know only one: no Image
 * object has its manifest there.
 */
export function findDoubts(storage: SeenStorage, usage: ImageLists, rules: HardPruneRules): Doubt[] {
  if (storage.blobs === 0 && storage.repositories === 0) return [];
  const empty = rules === 'safe' ? emptyLists(storage, usage) : [];
  if (empty.length > 0) return empty;
  if (!storage.hasImages)
    return [
      {
        message: `${noneOf(usage.images.size)} in this storage: it belongs to another cluster`,
      },
    ];
  return rules === 'safe' ? mostlyElsewhere(storage, usage) : [];
}

function noneOf(images: number): string {
  return images === 1 ? "the cluster's only image is not" : `none of the cluster's ${images} images is`;
}

function emptyLists({ repositories, blobs }: SeenStorage, { streams, images }: ImageLists): Doubt[] {
  const doubts: Doubt[] = [];
  if (repositories === 0) return doubts;
  if (streams.size === 0)
    doubts.push({
      message: `the cluster has no image streams: every repository in this storage would be deleted (${repositories})`,
      suggestion: 'find out why no image streams are listed: oc get imagestreams -A',
    });
  if (images.size === 0)
    doubts.push({
      message: `the cluster has no images: every blob in this storage would be deleted (${blobs}), and it has ${counted(repositories, 'repository', 'repositories')}`,
      suggestion: 'find out why no images are listed: oc get images',
    });
  return doubts;
}

/** Each namespace counts once, so that one with many images does not decide for all others. */
function mostlyElsewhere(storage: SeenStorage, usage: ImageLists): Doubt[] {
  const shares = [...managedByNamespace(usage)].map((managed) => ({
    managed: managed.size,
    here: [...managed].filter((hex) => storage.managed.has(hex)).length,
  }));
  if (shares.length === 0) return [];
  const mean = shares.reduce((sum, { here, managed }) => sum + here / managed, 0) / shares.length;
  const sum = (key: 'here' | 'managed'): number => shares.reduce((total, share) => total + share[key], 0);
  const [here, managed] = [sum('here'), sum('managed')];
  const found = `only ${here} of ${counted(managed, 'image that was', 'images that were')} pushed to the cluster's registry ${managed === 1 ? 'is' : 'are'} in this storage`;
  if (mean < MIN_SHARE) {
    const share = `on average ${percent(mean)} of those of a namespace, of ${counted(shares.length, 'namespace')}; at least ${percent(MIN_SHARE)} are expected`;
    return [{ message: `${found} (${share})` }];
  }
  if (here >= MIN_SHARE * managed) return [];
  return [{ message: `${found}: if it is not the cluster's alone, what looks unused can be in use`, onlyWarns: true }];
}

/** Yields, for each namespace that has any, the managed images that its image streams list. */
function* managedByNamespace({ streams, managed }: ImageLists): Generator<Set<string>> {
  const lists = new Map<string, Set<string>[]>();
  for (const [name, listed] of streams) {
    const namespace = name.slice(0, name.indexOf('/'));
    const others = lists.get(namespace);
    if (others) others.push(listed);
    else lists.set(namespace, [listed]);
  }
  for (const listed of lists.values()) {
    const images = new Set<string>();
    for (const one of listed) for (const hex of one) if (managed.has(hex)) images.add(hex);
    if (images.size > 0) yield images;
  }
}

const percent = (share: number): string => `${Math.floor(share * 100)}%`;

const SUGGESTIONS = [
  'check the storage, and the cluster that regadm connects to (--context, --kubeconfig); nothing was deleted',
  'if etcd was restored from an older backup, recover the images that it lacks first: regadm registry verify --recover-images, with --storage',
  'if you know that what looks unused is not needed, pass --accept-partial-storage',
];

/**
 * Refuses a storage about which there are doubts.
 * @param accepted `--accept-partial-storage`: the doubts are only warnings
 * @returns the warnings
 * @throws RegadmError OTHER_STORAGE, exit status 4
 */
export function assertOwnStorage(doubts: readonly Doubt[], accepted: boolean): string[] {
  const refused = accepted ? [] : doubts.filter(({ onlyWarns }) => !onlyWarns);
  if (refused.length === 0) return doubts.map(({ message }) => message);
  const own = refused.flatMap(({ suggestion }) => suggestion ?? []);
  throw refusal('OTHER_STORAGE', refused.map(({ message }) => message).join('; '), [...own, ...SUGGESTIONS]);
}
