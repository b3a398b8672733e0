import type { ImagePrunePlan } from '../../../../src/core/prune/plan/plan.js';
import type { ImagePruneReport } from '../../../../src/core/prune/report.js';
import type { PruneOptions } from '../../../../src/core/graph/options.js';
import { cleanLines } from '../../../../src/core/terminal/clean-lines.js';
import { anImageStream, anOrdinaryImage, digest } from '../../../support/builders.js';
import { aPlan, imagePrunePieces, type ImagePruneFormat } from '../../../support/reports.js';

/**
 * Plans a cluster with everything that a prune with --keep-tag-revisions=1 can delete: two of three items of a tag, an
 * image that no stream lists, an item without image, and links of an interrupted run.
 */
export function storyPlan(options: Partial<PruneOptions> = {}): ImagePrunePlan {
  return aPlan(
    [
      ...['new', 'older', 'oldest'].map((name) => anOrdinaryImage(name).in('shop/web')),
      anOrdinaryImage('forgotten').in('shop/gone'),
      anImageStream('shop/web')
        .withTag('v1', [digest('older'), digest('oldest')])
        .withTag('latest', ['new', 'older', 'oldest'].map(digest)),
      anImageStream('shop-b/lost').withTag('latest', [digest('no such image')]),
      anImageStream('a/left').withPending([digest('forgotten')]),
    ],
    { keepTagRevisions: 1, ...options },
  );
}

/** Plans a cluster with nothing to prune. */
export function tidyPlan(options: Partial<PruneOptions> = {}): ImagePrunePlan {
  return aPlan([anOrdinaryImage('new'), anImageStream('shop/web').withTag('latest', [digest('new')])], options);
}

/** The whole output as one text, as the writer writes it; 80 columns and no colors by default. */
export function rendered(
  report: ImagePruneReport,
  format: ImagePruneFormat,
  options: { color?: boolean; width?: number } = {},
): string {
  const pieces = imagePrunePieces(report, format, options);
  return [...(format === 'json' || format === 'yaml' ? pieces : cleanLines(pieces))].join('');
}
