import { randomBytes } from 'node:crypto';
import { sha256Digest } from '../../model/digest.js';
import type { Registry } from '../../registry/api.js';
import { isInvalidContent } from '../../registry/error.js';
import type { RestorePlan } from '../plan/plan.js';

/**
 * Sends the registry a manifest that it must refuse, because it does not match its digest. The answer shows whether the
 * registry accepts pushes. An upload that is canceled would show it too, but leaves a file in the storage.
 * @throws RegistryError, REGISTRY_READ_ONLY if it is in read-only mode
 */
export async function assertAcceptsPushes(
  registry: Pick<Registry, 'putManifest'>,
  { images }: RestorePlan,
  signal: AbortSignal,
): Promise<void> {
  const target = images
    .filter(({ obstacle }) => !obstacle)
    .flatMap(({ targets }) => targets)
    .find(({ manifest }) => manifest);
  if (!target) return;
  const digest = sha256Digest(randomBytes(32).toString('hex'));
  const manifest = { content: Buffer.from('{}'), mediaType: 'application/vnd.oci.image.manifest.v1+json' };
  try {
    await registry.putManifest(target.repository, digest, manifest, { signal });
  } catch (error) {
    if (!isInvalidContent(error)) throw error;
  }
}
