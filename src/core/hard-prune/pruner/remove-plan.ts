import { messageOf } from '../../model/errors.js';
import type { HardPrunePlan } from '../plan/plan-types.js';
import { forEachParallel } from '../../storage/filesystem/files.js';
import {
  remainingManifests,
  removeBlob,
  removeDanglingLayerLink,
  removeManifestLink,
  removeRepository,
  removeUpload,
  type Removal,
} from '../../storage/filesystem/delete.js';
import { PLAN_PARTS, type Outcome, type Outcomes, type PlanPart, type Removals } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';

interface RemoveContext {
  mayGoOn(): Promise<void>;
  signal: AbortSignal;
  report: Reporter;
}

/**
 * Removes what a plan names, in this order: manifest links, whole repositories, uploads, blobs, links to blobs that are gone.
 * Links go before blobs, so that a run that is killed half-way leaves blobs without links, which the next run finds, and never
 * a link to a blob that is gone. A link that cannot be removed holds back the blob that it leads to. What has vanished counts as gone.
 */
export async function removePlan(root: string, plan: HardPrunePlan, context: RemoveContext): Promise<Removals> {
  const outcomes = Object.fromEntries(PLAN_PARTS.map((part) => [part, []])) as unknown as Outcomes;
  const failures: Removals['failures'] = [];
  const heldBack = new Set<string>();
  const run = async <T>(
    part: PlanPart,
    items: T[],
    nameOf: (item: T) => string,
    remove: (item: T) => Promise<Removal | Outcome>,
    onFailure?: (item: T) => Promise<void>,
  ): Promise<void> => {
    await forEachParallel(items.entries(), async ([index, item]) => {
      const outcome = await attempt(() => remove(item), context);
      outcomes[part][index] = outcome;
      if (outcome.status !== 'failed') return;
      failures.push({ target: nameOf(item), message: outcome.message ?? '' });
      await onFailure?.(item);
    });
  };
  await run(
    'manifestLinks',
    plan.manifestLinks,
    nameOfLink,
    ({ repository, digest }) => removeManifestLink(root, repository, hexOf(digest)),
    async ({ digest }) => {
      heldBack.add(digest);
    },
  );
  await run(
    'repositories',
    plan.repositories,
    ({ name }) => name,
    ({ name }) => removeRepository(root, name),
    async ({ name }) => {
      for (const hex of await remainingManifests(root, name)) heldBack.add(`sha256:${hex}`);
    },
  );
  await run(
    'uploads',
    plan.uploads,
    ({ repository, id }) => `${repository} upload ${id}`,
    ({ repository, id }) => removeUpload(root, repository, id),
  );
  let done = 0;
  await run(
    'blobs',
    plan.blobs,
    ({ digest }) => digest,
    async ({ digest }) => {
      if (heldBack.has(digest)) return { status: 'skipped', reason: 'a manifest link to it could not be removed' };
      if (++done % 1000 === 0) context.report.progress(`removed ${done} of ${plan.blobs.length} blobs`);
      return removeBlob(root, hexOf(digest));
    },
  );
  await run('layerLinks', plan.layerLinks, nameOfLink, async ({ repository, digest }) => {
    return (
      (await removeDanglingLayerLink(root, repository, hexOf(digest))) ?? {
        status: 'skipped',
        reason: 'its blob is there',
      }
    );
  });
  return { plan, outcomes, failures };
}

async function attempt(remove: () => Promise<Removal | Outcome>, { mayGoOn, signal }: RemoveContext): Promise<Outcome> {
  if (signal.aborted) return { status: 'skipped', reason: 'interrupted' };
  try {
    await mayGoOn();
  } catch (error) {
    return { status: 'skipped', reason: messageOf(error) };
  }
  try {
    const result = await remove();
    return typeof result === 'string' ? { status: result } : result;
  } catch (error) {
    return { status: 'failed', message: messageOf(error) };
  }
}

const hexOf = (digest: string): string => digest.slice('sha256:'.length);

const nameOfLink = ({ repository, digest }: { repository: string; digest: string }): string =>
  `${repository}@${digest}`;
