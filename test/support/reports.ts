import { planImagePrune, type ImagePrunePlan } from '../../src/core/prune/plan/plan.js';
import { emptyOutcome, STATUS, type ImagePruneReport } from '../../src/core/prune/report.js';
import type { PruneOptions } from '../../src/core/graph/options.js';
import { aSnapshot, NOW, pruneOptions, type Built } from './builders.js';

/** Plans a prune of a cluster with these objects. */
export function aPlan(built: Built[], options: Partial<PruneOptions> = {}): ImagePrunePlan {
  return planImagePrune(aSnapshot(...built), pruneOptions(options), NOW);
}

/** Returns the report of a dry run. */
export function aReport(plan: ImagePrunePlan, overrides: Partial<ImagePruneReport> = {}): ImagePruneReport {
  return {
    dryRun: true,
    startedAt: new Date(NOW),
    finishedAt: new Date(NOW + 9000),
    keepYoungerThan: '60m',
    plan,
    outcome: emptyOutcome(plan),
    preflight: [],
    warnings: [],
    failures: [],
    imageObjectBytes: 9000,
    ...overrides,
  };
}

/** Returns the report of a confirmed run that deleted everything it planned. */
export function aConfirmedReport(plan: ImagePrunePlan, overrides: Partial<ImagePruneReport> = {}): ImagePruneReport {
  const report = aReport(plan, { dryRun: false, ...overrides });
  const { streams, images, blobs } = report.outcome;
  for (const stream of streams) {
    stream.status = STATUS.deleted;
    for (const codes of [stream.items, stream.layerLinks, stream.manifestLinks]) codes.fill(STATUS.deleted);
  }
  images.fill(STATUS.deleted);
  blobs.fill(STATUS.deleted);
  return report;
}
