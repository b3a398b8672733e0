import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { findIfReadable } from '../cluster/objects.js';
import { IMAGE_CONFIG } from './objects.js';

/** The mode in which image streams import image indexes as such, with all their children. */
export const PRESERVE_ORIGINAL = 'PreserveOriginal';

/** Reads how image streams import images; undefined if the cluster does not state it or the user cannot read it. */
export async function readImportMode(api: ClusterApi): Promise<string | undefined> {
  return importModeOf(await findIfReadable(api, IMAGE_CONFIG));
}

/**
 * Returns how image streams import images: `Legacy` or `PreserveOriginal`. The status states the mode in effect, which
 * also depends on the architectures of the cluster.
 */
export function importModeOf(imageConfig: KubeObject | undefined): string | undefined {
  const modes = [imageConfig?.status?.imageStreamImportMode, imageConfig?.spec?.imageStreamImportMode];
  return modes.find((mode): mode is string => typeof mode === 'string' && mode !== '');
}
