import type { Lines } from '../../src/core/terminal/output.js';
import { planImagePrune, type ImagePrunePlan } from '../../src/core/prune/plan/plan.js';
import { imagePruneDocument } from '../../src/core/prune/output/document.js';
import { nameLines } from '../../src/core/prune/output/names.js';
import { ocLines } from '../../src/core/prune/output/oc.js';
import { tablePieces } from '../../src/core/prune/output/tables.js';
import { emptyOutcome, STATUS } from '../../src/core/prune/outcome.js';
import type { ImagePruneReport } from '../../src/core/prune/report.js';
import type { PruneOptions } from '../../src/core/graph/options.js';
import { styles } from '../../src/core/terminal/color.js';
import { documentPieces } from './document-pieces.js';
import { aSnapshot, NOW, pruneOptions, type Built } from './builders.js';

/** Plans a prune of a cluster with these objects. */
export function aPlan(built: Built[], options: Partial<PruneOptions> = {}): ImagePrunePlan {
  return planImagePrune({ snapshot: aSnapshot(...built), now: NOW }, pruneOptions(options));
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

/** The output formats of `regadm prune images`. */
export type ImagePruneFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name' | 'oc';

/** Renders a report in pieces; by default with 80 columns and no colors. */
export function imagePrunePieces(
  report: ImagePruneReport,
  format: ImagePruneFormat,
  { color = false, width = 80 }: { color?: boolean; width?: number } = {},
): Lines {
  switch (format) {
    case 'json':
    case 'yaml':
      return documentPieces(imagePruneDocument(report), format);
    case 'name':
      return nameLines(report);
    case 'oc':
      return ocLines(report);
    default:
      return tablePieces(report, { wide: format === 'wide', width, styles: styles(color), now: NOW });
  }
}
