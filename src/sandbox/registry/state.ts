import type { PushContext } from './store-manifest.js';
import { pushContent } from './push.js';
import type { RegistryPresence } from '../operator/presence.js';
import type { RegistryDeletion, SandboxRegistryState } from '../types.js';

/** Makes the view of the registry for tests. */
export function registryState(
  context: PushContext,
  deletions: RegistryDeletion[],
  presence: RegistryPresence,
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
    setReadOnly: (readOnly) => presence.force(readOnly),
  };
}
