import { failureOf } from '../model/document.js';
import { verifyImages } from '../verification/verify-images.js';
import { StorageWay } from '../verification/way/storage.js';
import type { HardPrunePorts } from './ports.js';
import type { HardPruneResult } from './report.js';
import type { ViaStorage } from './request.js';
import { openWayStorage } from './way/open.js';

/**
 * Checks after a hard prune whether everything exists that the listed images need, and adds the result to the report:
 * one listing of the storage shows it for all images, those included that share a repository or a blob with what was
 * deleted. If it cannot be checked, that is a failure; the run does not end with status 0 then.
 * @param result of the run; one that ended early is returned as it is
 */
export async function withVerification(
  ports: HardPrunePorts,
  way: ViaStorage,
  result: HardPruneResult,
): Promise<HardPruneResult> {
  if (result.error !== undefined) return result;
  const { report } = result;
  try {
    const verification = await verify(ports, way);
    return { ...result, report: { ...report, verification, finishedAt: new Date().toISOString() } };
  } catch (error) {
    // What was deleted must be reported in any case.
    if (ports.signal.aborted) return { ...result, error };
    const failure = failureOf('verification', error);
    return { ...result, report: { ...report, failures: [...report.failures, failure] } };
  }
}

async function verify(ports: HardPrunePorts, way: ViaStorage): Promise<HardPruneResult['report']['verification']> {
  const { reporter, signal } = ports;
  const { storage, place } = await openWayStorage(ports, way);
  try {
    const { verification } = await verifyImages(
      ports,
      new StorageWay(storage, { reporter, isOwn: place !== undefined, signal }),
    );
    return verification;
  } finally {
    await storage.close();
  }
}
