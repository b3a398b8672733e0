import { formatBytes } from '../../model/values/quantity.js';
import { plural } from '../../terminal/text.js';
import type { ImagePruneReport } from '../report.js';
import { summarize } from '../summary.js';

/** Sums up what was deleted, or would be. What is freed is a minimum: images do not state the size of manifests. */
export function sentence(report: ImagePruneReport): string {
  const { dryRun, plan } = report;
  const { images, imageStreamTagItems, imageStreams, blobs, bytes } = summarize(report);
  const what = [
    ...(plan.options.namespace === undefined ? [plural(images, 'image')] : []),
    `${plural(imageStreamTagItems, 'tag item')} in ${plural(imageStreams, 'image stream')}`,
  ].join(' and ');
  const freed = `, and ${dryRun ? 'free' : 'freed'} at least ${formatBytes(bytes)} in the registry`;
  return `${dryRun ? 'Would delete' : 'Deleted'} ${what}${blobs > 0 && plan.options.pruneRegistry ? freed : ''}.`;
}
