import { gatherEvidence, type Gathered } from '../../../orphans/gather/evidence.js';
import { planHardPrune } from '../../../orphans/plan/plan.js';
import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import { lookFrom, type Look } from '../../../trash-store/look.js';
import type { TrashPorts } from '../../../trash-store/ports.js';
import type { TrashState } from '../../../trash-store/state.js';
import { readBlobAnywhere } from '../../../trash-store/trash-and-place.js';
import { readRemovedOthers, walkLinks } from '../../../trash-store/walk.js';
import { warningsAbout } from '../../way/storage-warnings.js';
import type { OnlineRequest } from '../../request.js';

/** What a run finds before it changes anything. */
export interface FirstLook {
  /** What links to marked blobs and to those in the trash, and uses them; undefined if there are no such blobs. */
  look?: Look;
  /** What a hard prune in read-only mode would delete. */
  plan: HardPrunePlan;
  /** The marked blobs that are in their place, as hex. */
  present: ReadonlySet<string>;
  gathered: Gathered;
  warnings: string[];
}

/**
 * Walks the links of marked and moved blobs, lists the storage, and then reads image streams and images, in this order:
 * what begins to be used meanwhile is seen in one of them.
 * @throws RegadmError STORAGE_UNREADABLE, IMAGE_UNREADABLE, OTHER_STORAGE (exit status 4); ApiError
 */
export async function firstLook(
  ports: TrashPorts,
  state: TrashState,
  { way, rules, acceptPartial }: OnlineRequest,
): Promise<FirstLook> {
  const { storage, api, reporter, signal } = ports;
  const { marks } = state.file;
  const isUsed = marks.size > 0 || state.entries.length > 0;
  const walked = isUsed ? await walkLinks(ports, state, marks.keys()) : undefined;
  const manifests = readBlobAnywhere(storage, state.entries);
  const gathered = await gatherEvidence({
    ...{ storage, manifests, api, reporter, signal, rules, acceptPartial },
    removedLinks: () => readRemovedOthers(storage.trash(), state, signal),
    danglingLinks: way.danglingLinks,
    keepYoungerThanMs: way.ages.keepYoungerThanMs,
    now: () => state.now(),
  });
  const present = new Set<string>();
  if (marks.size > 0) for (const hex of gathered.snapshot.blobs) if (marks.has(hex)) present.add(hex);
  return {
    look: walked && (await lookFrom({ manifests, signal }, walked, gathered.usage)),
    plan: planHardPrune(gathered.evidence, way.ages),
    present,
    gathered,
    warnings: [...(await storage.warnings(signal)), ...gathered.warnings, ...warningsAbout(gathered.snapshot)],
  };
}
