import { toUseOptions, type PruneOptions } from '../graph/options.js';
import { collectUses } from '../graph/uses.js';
import type { Reporter } from '../kit/reporter.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import type { Snapshot } from '../model/table/snapshot.js';
import { plural } from '../terminal/text.js';
import { invalidReferenceWarnings } from './invalid-references.js';
import { policyTotal } from './policy-total.js';
import type { Freeable } from './report.js';
import { settingsGrid } from './settings-grid.js';
import type { StatusRequest } from './request.js';

/** What the grid is made from: read from the cluster, or from saved lists. */
interface StatusInput {
  snapshot: Snapshot;
  /** Ms since the epoch. */
  now: number;
  /** Resources with uses that the user may not list. */
  custom: { notVisible: string[] };
}

/** The defaults of `prune images`, except that invalid references are ignored. */
export const OPTIONS: PruneOptions = {
  keepTagRevisions: 3,
  keepYoungerThanMs: 3_600_000,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended',
  ignoreInvalidRefs: true,
  pruneSignatures: false,
};

/** Describes what a dry run of `prune images` knows, or reports, and the grid does not consider. */
export function gridWarnings(
  { snapshot, custom }: Pick<StatusInput, 'snapshot' | 'custom'>,
  { unreadManifests, ...references }: Freeable,
): string[] {
  const unreadable = snapshot.images.unreadable.size;
  const warnings = [...invalidReferenceWarnings(references), ...notVisibleWarnings(custom.notVisible, snapshot)];
  if (unreadManifests > 0)
    warnings.push(
      `registry status reads no manifests: ${plural(unreadManifests, 'image')} in the grid can be attached to images that stay (signatures, attestations, SBOMs), and prune images keeps these if it can read their manifests; its dry run shows them: regadm prune images`,
    );
  if (unreadable > 0)
    warnings.push(
      `the grid counts no images: ${plural(unreadable, 'Image object')} cannot be read, and only prune images reads their manifests instead; its dry run shows what it deletes: regadm prune images`,
    );
  return warnings;
}

/** Finds out what prunes with other settings would free. */
export function freeable(
  { snapshot, now }: Pick<StatusInput, 'snapshot' | 'now'>,
  { revisions, ages, policy, pulls }: StatusRequest,
  reporter: Pick<Reporter, 'warning'>,
): Freeable {
  snapshot.images.gaps.needPossible();
  const grid = settingsGrid({ snapshot, options: OPTIONS, revisions, ages: ages.map(({ ms }) => ms), now });
  const uses = toUseOptions(OPTIONS, now, snapshot.streams);
  const { invalid, reported } = collectUses(snapshot.referrers, snapshot.digests, uses);
  const tried =
    policy && policyTotal(snapshot, policy, { ...OPTIONS, pulls: pulls && { ...pulls, requireComplete: false } }, now);
  for (const line of tried?.warnings ?? []) reporter.warning(line);
  return { ...grid, ageTexts: ages.map(({ text }) => text), invalid, reported, policy: tried?.total };
}
