import { RegadmError } from '../../model/errors.js';
import { buildSnapshot } from '../../model/table/build-snapshot.js';
import { assertImagesWithinLimit } from '../plan/limit.js';
import { planImagePrune } from '../plan/plan.js';
import { emptyOutcome, type ImagePruneReport } from '../report.js';
import type { PruneImagesHooks, PruneImagesRequest } from '../prune-images.js';
import { readSavedLists } from './saved-lists.js';

/**
 * A dry run from saved lists, with no cluster and no registry at hand.
 * Lists of referrers that are missing are an error: an empty list says more than none.
 * @throws RegadmError SAVED_LISTS, INVALID_REFERENCES
 */
export async function pruneFromFiles(
  dir: string,
  request: PruneImagesRequest,
  hooks: PruneImagesHooks,
): Promise<ImagePruneReport> {
  const startedAt = new Date();
  hooks.phase('reading files');
  const { lists, missing } = await readSavedLists(dir);
  if (missing.length > 0) {
    throw new RegadmError(`--from ${dir}: there is nothing to see of ${missing.join(', ')}: what they use is unknown`, {
      code: 'SAVED_LISTS',
      suggestions: [`save them too, empty lists as well: oc get ${missing[0]} -A -o json > ${dir}/${missing[0]}.json`],
    });
  }
  const { options } = request;
  const here = (namespace?: string): boolean => options.namespace === undefined || namespace === options.namespace;
  const snapshot = buildSnapshot(lists);
  if (options.referrers === 'oc') snapshot.referrers = snapshot.referrers.filter(({ namespace }) => here(namespace));
  snapshot.streams = snapshot.streams.filter(({ namespace }) => here(namespace));
  const plan = planImagePrune(snapshot, options, startedAt.getTime());
  assertImagesWithinLimit(plan, request.maxDelete);
  const warnings = ['planned from files: what has come into use since they were saved is not known'];
  for (const warning of warnings) hooks.warn(warning);
  const bytes = (lists.images ?? []).reduce((sum, image) => sum + JSON.stringify(image).length, 0);
  const unreadable = [...snapshot.images.unreadable].map(([image, message]) => ({
    target: `image ${snapshot.images.nameText(image)}`,
    message,
  }));
  return {
    dryRun: true,
    startedAt,
    finishedAt: new Date(),
    keepYoungerThan: request.keepYoungerThan,
    plan,
    outcome: emptyOutcome(plan),
    preflight: [],
    warnings,
    failures: unreadable,
    imageObjectBytes: snapshot.images.count > 0 ? bytes / snapshot.images.count : 0,
  };
}
