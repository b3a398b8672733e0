import type { ImagePruneReport } from './report.js';

export { toPrunePorts } from './connect.js';
export { planOnly } from './plan-only.js';
export { CONFIRMED, DRY_RUN, type ImagePruneRequest } from './request.js';

/** Plans a prune and executes it, as described there. A dry run does not load this code. */
export async function pruneImages(
  ...given: Parameters<typeof import('./prune-images.js').pruneImages>
): Promise<ImagePruneReport> {
  const { pruneImages: prune } = await import('./prune-images.js');
  return prune(...given);
}

/** Plans a prune from saved lists, as described there. */
export async function planFromFiles(
  ...given: Parameters<typeof import('./plan-from-files.js').planFromFiles>
): Promise<ImagePruneReport> {
  const { planFromFiles: plan } = await import('./plan-from-files.js');
  return plan(...given);
}
