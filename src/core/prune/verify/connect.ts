import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { openRegistryStorage } from '../../operator/registry-storage/open.js';
import type { Deleted } from '../../verification/plan/affected.js';
import type { Verification } from '../../verification/plan/types.js';
import { verifyImages } from '../../verification/verify-images.js';
import { RegistryWay } from '../../verification/way/registry.js';
import { StorageWay } from '../../verification/way/storage.js';
import type { VerifyThrough } from '../ports.js';

interface Context {
  reporter: Reporter;
  signal: AbortSignal;
}

/** Verifies the images that share a repository or a blob with what was deleted. @throws RegadmError */
export async function verifyThrough(
  api: ClusterApi,
  through: VerifyThrough,
  deleted: Deleted,
  { reporter, signal }: Context,
): Promise<Verification> {
  const ports = { api, reporter, signal };
  if ('registry' in through) {
    const way = new RegistryWay(through.registry, { reporter, signal, workers: through.workers });
    return (await verifyImages(ports, way, [], deleted)).verification;
  }
  const { storage, place } = await openRegistryStorage(api, through.storage, {
    signal,
    log: (level, line) => reporter.log(level, line),
    note: (line) => reporter.note(line),
  });
  try {
    const way = new StorageWay(storage, { reporter, isOwn: place !== undefined, signal });
    return (await verifyImages(ports, way, [], deleted)).verification;
  } finally {
    await storage.close();
  }
}
