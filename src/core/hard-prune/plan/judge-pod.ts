import { sha256Digest, sha256Hex, type Digest } from '../../model/digest.js';
import { refusal } from '../../model/errors.js';
import { assertOwnStorage, findDoubts, type Doubt } from '../../orphans/plan/own-storage.js';
import type { PrunerOutput } from './plan-from-output.js';
import type { HardPruneRules } from '../../orphans/plan/types.js';
import {
  describePlace,
  invalidNameWarnings,
  repositoriesLosingChildren,
  type ClusterUsage,
} from '../../orphans/plan/usage.js';

/** How problems are judged. */
export interface JudgeOptions {
  rules: HardPruneRules;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial: boolean;
  /** True if the pruner is going to delete: what it must not do is refused, otherwise it is a warning. */
  confirmed: boolean;
}

/** Maximum number of images that a message names. */
const NAMED = 5;

/**
 * Judges what the registry's own pruner found, because it cannot read manifests and does not know whose storage it is.
 * @returns warnings
 * @throws RegadmError OTHER_STORAGE, IMAGE_BLOBS_UNKNOWN, INDEX_CHILDREN (exit status 4), with the rules `safe`
 */
export function judgePod(output: PrunerOutput, usage: ClusterUsage, options: JudgeOptions): string[] {
  const doubts = options.rules === 'safe' ? doubtsAbout(output, usage) : [];
  return [
    ...assertOwnStorage(doubts, options.acceptPartial),
    ...invalidNameWarnings(usage),
    ...assertBlobsKnown(usage, options),
    ...assertChildrenKept(output, usage, options),
  ];
}

function doubtsAbout(output: PrunerOutput, usage: ClusterUsage): Doubt[] {
  const { blobs, manifestLinks, repositories } = output.plan();
  if (blobs.length + manifestLinks.length + repositories.length === 0) return [];
  if (output.statesKept) return findDoubts(output.storage, usage, 'safe');
  return [
    {
      message:
        "the registry's own pruner does not state what it keeps, so nothing shows that this storage is the cluster's",
    },
  ];
}

/**
 * Refuses images whose objects do not name their blobs, or name them by digests of another algorithm than the storage
 * has: the pruner deletes what no object names.
 * @returns warnings
 * @throws RegadmError IMAGE_BLOBS_UNKNOWN, exit status 4
 */
export function assertBlobsKnown(usage: ClusterUsage, options: Pick<JudgeOptions, 'rules' | 'confirmed'>): string[] {
  const others = [...usage.otherDigests.values()].flatMap((image) => sha256Hex(image as Digest) ?? []);
  const images = [...new Set([...usage.incomplete, ...usage.understated, ...others])].sort();
  if (images.length === 0) return [];
  const named = images.slice(0, NAMED).map((hex) => `${sha256Digest(hex)} (${describePlace(hex, usage.streams)})`);
  const more = images.length > NAMED ? ` and ${images.length - NAMED} more` : '';
  const problem = `the registry's own pruner deletes blobs that these images use, because their Image objects do not name them by sha256 digests: ${named.join(', ')}${more}`;
  if (options.rules === 'registry' || !options.confirmed) return [problem];
  throw refusal('IMAGE_BLOBS_UNKNOWN', problem, [
    "push the images again, or delete them; or prune the registry's volume with --storage DIR, which reads their manifests",
    'or accept the loss with --rules registry',
  ]);
}

/**
 * The pruner knows only what a stream lists, and deletes the manifest links of a listed index's children, also in the
 * repository from which the index was promoted.
 */
function assertChildrenKept(output: PrunerOutput, usage: ClusterUsage, { rules, confirmed }: JudgeOptions): string[] {
  const losing = repositoriesLosingChildren(output.plan(), usage);
  if (losing.length === 0) return [];
  const problem = `the registry's own pruner deletes the manifest links of image index children in: ${losing.join(', ')}`;
  if (rules === 'registry' || !confirmed) return [problem];
  throw refusal('INDEX_CHILDREN', problem, [
    "prune the registry's volume with --storage DIR, which keeps them, or accept the loss with --rules registry",
  ]);
}
