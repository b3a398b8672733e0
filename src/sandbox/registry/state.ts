import type { PushContext } from './store-manifest.js';
import { pushContent } from './push.js';
import type { RegistryAvailability } from '../operator/availability.js';
import type { RegistryDeletion, SandboxRegistryState } from '../types.js';

/** Makes the view of the registry for tests. */
export function registryState(
  context: PushContext,
  deletions: RegistryDeletion[],
  availability: RegistryAvailability,
): SandboxRegistryState {
  const { storage } = context;
  return {
    hasBlob: (digest) => storage.hasBlob(digest),
    hasLayerLink: (repository, digest) => storage.hasLink('layer', repository, digest),
    hasManifestLink: (repository, digest) => storage.hasLink('manifest', repository, digest),
    blobs: () => storage.blobs(),
    layerLinks: () => storage.links('layer'),
    manifestLinks: () => storage.links('manifest'),
    deletions,
    push: (repository, tag, content) => pushContent(context, { repository, tag }, content),
    setReadOnly: (readOnly) => availability.setMode(readOnly),
  };
}
