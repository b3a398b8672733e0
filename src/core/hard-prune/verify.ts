import { failureOf } from '../model/document.js';
import { RegadmError } from '../model/errors.js';
import { ADVICE } from '../model/advice.js';
import { reviewAccess } from '../cluster/access-review.js';
import { openClusterRegistry, type RegistryAccess } from '../operator/open-registry.js';
import { PULL } from '../operator/permissions.js';
import type { Verification } from '../verification/plan/types.js';
import { verifyImages } from '../verification/verify-images.js';
import { warnAbout } from '../verification/warn-about.js';
import { RegistryWay } from '../verification/way/registry.js';
import { StorageWay } from '../verification/way/storage.js';
import type { HardPrunePorts } from './ports.js';
import type { CheckStep } from './preflight.js';
import type { HardPruneResult } from './report.js';
import type { HardPruneRequest, ViaStorage } from './request.js';
import { openWayStorage } from './way/open.js';

/**
 * Checks after a hard prune whether everything exists that the listed images need, and adds the result to the report.
 * All images are checked: what a hard prune deletes, no image should share. If it cannot be checked, that is a failure;
 * the run does not end with status 0 then.
 * @param result of the run; one that ended early is returned as it is
 */
export async function withVerification(
  ports: HardPrunePorts,
  { verify, way }: HardPruneRequest,
  result: HardPruneResult,
): Promise<HardPruneResult> {
  if (!verify || result.error !== undefined) return result;
  const { report } = result;
  try {
    const verification =
      way.via === 'storage' ? await verifyStorage(ports, way) : await verifyRegistry(ports, verify.registry);
    warnAbout(verification, ports.reporter);
    return { ...result, report: { ...report, verification, finishedAt: new Date().toISOString() } };
  } catch (error) {
    // What was deleted must be reported in any case.
    if (ports.signal.aborted) return { ...result, error };
    const failure = failureOf('verification', error);
    ports.reporter.warning(`the listed images could not be verified: ${failure.message}`);
    return { ...result, report: { ...report, failures: [...report.failures, failure] } };
  }
}

/**
 * Returns the check, before anything is changed, that a verification through the registry is possible: the registry
 * accepts the user, who may pull from every project.
 */
export function verificationChecks(ports: HardPrunePorts, { verify, way }: HardPruneRequest): CheckStep[] {
  if (!verify || way.via === 'storage') return [];
  return [{ name: 'verification', run: () => checkRegistry(ports, verify.registry) }];
}

async function checkRegistry({ api, reporter, signal }: HardPrunePorts, access: RegistryAccess): Promise<string> {
  if ((await reviewAccess(api, PULL, signal)).access === 'denied')
    throw new RegadmError('the user may not pull images, which --verify needs; nothing was changed', {
      code: 'FORBIDDEN',
      suggestions: [ADVICE.grantPull],
    });
  const registry = await openClusterRegistry(api, access, { reporter, signal });
  try {
    await registry.checkLogin({ signal });
    return 'the user may pull images to verify them';
  } finally {
    await registry.close();
  }
}

async function verifyRegistry(ports: HardPrunePorts, access: RegistryAccess): Promise<Verification> {
  const { reporter, signal } = ports;
  const registry = await openClusterRegistry(ports.api, access, { reporter, signal });
  try {
    const way = new RegistryWay(registry, { reporter, signal, workers: access.workers });
    return (await verifyImages(ports, way)).verification;
  } finally {
    await registry.close();
  }
}

async function verifyStorage(ports: HardPrunePorts, way: ViaStorage): Promise<Verification> {
  const { reporter, signal } = ports;
  const { storage, place } = await openWayStorage(ports, way);
  try {
    const isOwn = place !== undefined;
    return (await verifyImages(ports, new StorageWay(storage, { reporter, isOwn, signal }))).verification;
  } finally {
    await storage.close();
  }
}
