import { findIfReadable } from '../cluster/objects.js';
import { NAMESPACES } from '../cluster/resources.js';
import { recordWarnings } from '../kit/reporter.js';
import type { Storage } from '../storage/storage.js';
import type { ClusterPorts, VerificationPorts } from '../verification/gather/read-cluster.js';
import type { VerificationWay } from '../verification/look.js';
import type { Scope } from '../verification/plan/scope.js';
import { verifyImages, type Verified } from '../verification/verify-images.js';
import { nameTrashed } from './name-trashed.js';
import { openWay } from './open-way.js';
import { readData } from './read-data/read-data.js';
import { recoverLost } from './recover-images/index.js';
import type { Recovery } from './recover-images/types.js';
import { planRepair, repairLinks } from './repair-links/repair-links.js';
import type { VerifyReport } from './report.js';
import { shardOf, type StorageChanges, type VerifyRequest } from './request.js';

/**
 * Checks whether every listed image can be pulled; changes nothing, except for the links that it is asked to write
 * and the images that it is asked to recover.
 * @throws RegadmError with exit status 1 if that cannot be checked at all
 */
export function verifyRegistry(given: ClusterPorts, request: VerifyRequest): Promise<VerifyReport> {
  return verifyLists(given, request);
}

/** Does the same for saved lists, with which nothing can be written or recovered. */
export async function verifyLists(given: VerificationPorts, request: VerifyRequest): Promise<VerifyReport> {
  const startedAt = new Date().toISOString();
  const reporter = recordWarnings(given.reporter);
  const ports = { ...given, reporter };
  const { way, openContent, storage, place, close } = await openWay(ports, request);
  try {
    const { options, readData: toRead } = request;
    const { repairLinks: repairing, recoverImages: how } = changesOf(request);
    const first = await verifyImages(ports, way, request.scopes);
    const lostImages = 'api' in ports && storage && how ? await recoverLost(ports, first, { storage, how }) : [];
    const verified = hasRecovered(lostImages) ? await verifyAgain(ports, way, request.scopes) : first;
    const reading = { open: openContent, readManifest: way.readManifest };
    if (toRead) verified.verification = await readData(ports, verified, { ...toRead, ...reading });
    const { verification: found, links } =
      'api' in ports
        ? await repair(ports, verified, { storage, repair: repairing })
        : { verification: verified.verification, links: [] };
    const verification = storage ? await nameTrashed(found, { storage, reporter, signal: ports.signal }) : found;
    const cluster = 'api' in ports ? await readClusterUid(ports) : undefined;
    const finishedAt = new Date().toISOString();
    const about = { options, storage: place, cluster, shard: shardOf(request) };
    return { startedAt, finishedAt, ...about, verification, links, lostImages, warnings: [...reporter.warnings] };
  } finally {
    await close();
  }
}

/** Returns true if Image objects exist now that the verification did not know. */
const hasRecovered = (images: readonly Recovery[]): boolean =>
  images.some(({ status }) => status === 'recovered' || status === 'exists');

/** Verifies everything again: only now is it known what the recovered images need, links included. */
function verifyAgain(ports: VerificationPorts, way: VerificationWay, scopes: readonly Scope[]): Promise<Verified> {
  ports.reporter.note('lost images have Image objects now: verifying everything again');
  return verifyImages(ports, way, scopes);
}

/** Writes missing links, or finds those that can be written. */
async function repair(
  ports: ClusterPorts,
  verified: Verified,
  { storage, repair: how }: { storage?: Storage; repair: StorageChanges['repairLinks'] },
): Promise<Pick<VerifyReport, 'verification' | 'links'>> {
  if (storage && how === 'write') return repairLinks(ports, verified, storage);
  return { verification: verified.verification, links: how === 'plan' ? planRepair(verified) : [] };
}

/** Returns what identifies the cluster. */
async function readClusterUid({ api, signal }: ClusterPorts): Promise<string | undefined> {
  const namespace = await findIfReadable(api, { resource: NAMESPACES, name: 'kube-system' }, { signal });
  return namespace?.metadata.uid;
}

function changesOf(request: VerifyRequest): StorageChanges {
  return 'storage' in request ? request : {};
}
