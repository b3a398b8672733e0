import { Decisions } from '../../../graph/decide.js';
import type { UseIndex } from '../../../graph/uses.js';
import type { ImagePrunePlan } from '../../plan/plan.js';
import type { KnownStreams } from './known-streams.js';
import type { LaterDigests } from './later-digests.js';
import type { LaterImages } from './later-images.js';
import type { LaterNeeds } from './later-needs.js';

/** What is known of the cluster now. */
interface Known {
  images: LaterImages;
  digests: LaterDigests;
  streams: KnownStreams;
  needs: LaterNeeds;
}

/** How much was known when decisions were made. */
interface Basis {
  images: number;
  replaced: number;
  additions: number;
  uses: UseIndex;
}

/**
 * Makes the decisions of a plan again for the cluster as it is known now: a new use can keep an image through others,
 * such as a signature of an SBOM of an image from which a tag was promoted. They are made only when something else is
 * used than before, or when an image or a tag item has appeared: most changes of referrers use what was used before.
 */
export class CurrentDecisions {
  private decisions: Decisions | undefined;
  private basis: Basis | undefined;
  /** The uses that the reasons of the decisions name. */
  private named: UseIndex | undefined;

  constructor(
    private readonly plan: Pick<ImagePrunePlan, 'snapshot' | 'options' | 'only'> &
      Partial<Pick<ImagePrunePlan, 'decisions'>>,
    private readonly known: Known,
    private readonly now: number,
  ) {}

  /** Returns decisions that keep what these uses keep; their reasons can name a former user of the same image. */
  with(uses: UseIndex): Decisions {
    const { images, streams } = this.known;
    const { basis } = this;
    const isCurrent =
      basis?.images === images.count &&
      basis.replaced === images.replaced.size &&
      basis.additions === streams.additions &&
      (basis.uses === uses || usesSame(uses, basis.uses));
    if (!this.decisions || !isCurrent) this.decisions = this.decide(uses);
    this.basis = { images: images.count, replaced: images.replaced.size, additions: streams.additions, uses };
    return this.decisions;
  }

  /** Returns decisions whose reasons name these uses. */
  naming(uses: UseIndex): Decisions {
    const decisions = this.with(uses);
    return this.named === uses ? decisions : (this.decisions = this.decide(uses));
  }

  private decide(uses: UseIndex): Decisions {
    this.named = uses;
    const { options, only, snapshot, decisions } = this.plan;
    const { images, digests, streams, needs } = this.known;
    const current = { ...snapshot, images, digests, streams: [...streams.all()] };
    const unseen = streams.listedLater().filter((digest) => images.indexOf(digest) === -1);
    return new Decisions({
      snapshot: current,
      uses,
      options,
      now: this.now,
      only,
      parents: needs.parents,
      unseen,
      pulledUnlisted: decisions?.pulls?.unlisted,
    });
  }
}

/** True if the same tags, streams and images are used, whoever uses them. */
function usesSame(now: UseIndex, before: UseIndex): boolean {
  if (now.images.size !== before.images.size) return false;
  for (const [key, images] of now.images) if (!sameKeys(images, before.images.get(key))) return false;
  return (
    sameKeys(now.tags, before.tags) &&
    sameKeys(now.streams, before.streams) &&
    sameKeys(now.digests, before.digests) &&
    sameKeys(now.ids, before.ids)
  );
}

function sameKeys<Key>(now: Map<Key, unknown>, before: Map<Key, unknown> | undefined): boolean {
  if (now.size !== before?.size) return false;
  for (const key of now.keys()) if (!before.has(key)) return false;
  return true;
}
