import type { PushContext } from './put-manifest.js';
import { pushContent } from './push.js';
import type { RegistryPresence } from '../operator/presence.js';
import type { RegistryDeletion, SandboxRegistryState } from '../types.js';

/** The registry's state as tests see it. */
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
