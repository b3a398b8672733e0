import { findIfReadable } from '../cluster/objects.js';
import { NAMESPACES } from '../cluster/resources.js';
import { recordWarnings } from '../kit/reporter.js';
import { EXIT, RegadmError } from '../model/errors.js';
import { openRegistryStorage, type OpenedStorage } from '../operator/registry-storage/open.js';
import type { Storage } from '../storage/storage.js';
import type { ClusterPorts } from '../verification/gather/read-cluster.js';
import { verifyImages, type Verified } from '../verification/verify-images.js';
import { StorageWay } from '../verification/way/storage.js';
import { fromStorage } from './read-data/open-content.js';
import { readData } from './read-data/read-data.js';
import { recoverLost } from './recover-images/index.js';
import { planRepair, repairLinks } from './repair-links/repair-links.js';
import type { VerifyReport } from './report.js';
import { shardOf, type VerifyRequest } from './request.js';

/**
 * Checks whether every listed image can be pulled; changes nothing, except for the links that it is asked to write
 * and the images that it is asked to recover.
 * @throws RegadmError with exit status 1 if that cannot be checked at all
 */
export async function verifyRegistry(given: ClusterPorts, request: VerifyRequest): Promise<VerifyReport> {
  const startedAt = new Date().toISOString();
  const reporter = recordWarnings(given.reporter);
  const ports = { ...given, reporter };
  const { storage, place } = await open(ports, request);
  try {
    const { signal } = ports;
    const isOwn = place !== undefined;
    const way = new StorageWay(storage, { reporter, isOwn, signal });
    const verified = await verifyImages(ports, way, request.scopes);
    const open = fromStorage(storage, signal);
    const { options, readData: toRead } = request;
    if (toRead) verified.verification = await readData(ports, verified, { ...toRead, open, way });
    const { verification, links } = await repair(ports, verified, { storage, repair: request.repairLinks });
    const how = request.recoverImages;
    const lostImages = how ? await recoverLost(ports, verified, { storage, how }) : [];
    const cluster = await readClusterUid(ports);
    const finishedAt = new Date().toISOString();
    const about = { options, storage: place, cluster, shard: shardOf(request) };
    return { startedAt, finishedAt, ...about, verification, links, lostImages, warnings: [...reporter.warnings] };
  } finally {
    await storage.close();
  }
}

/** Writes missing links, or finds those that can be written. */
async function repair(
  ports: ClusterPorts,
  verified: Verified,
  { storage, repair: how }: { storage: Storage; repair: VerifyRequest['repairLinks'] },
): Promise<Pick<VerifyReport, 'verification' | 'links'>> {
  if (how === 'write') return repairLinks(ports, verified, storage);
  return { verification: verified.verification, links: how === 'plan' ? planRepair(verified) : [] };
}

/** Returns what identifies the cluster. */
async function readClusterUid({ api, signal }: ClusterPorts): Promise<string | undefined> {
  const namespace = await findIfReadable(api, { resource: NAMESPACES, name: 'kube-system' }, { signal });
  return namespace?.metadata.uid;
}

/** Opens the storage. What a guard of a prune would refuse could not be checked. */
async function open({ api, reporter, signal }: ClusterPorts, { storage }: VerifyRequest): Promise<OpenedStorage> {
  const log = (level: number, line: string): void => reporter.log(level, line);
  const note = (line: string): void => reporter.note(line);
  try {
    return await openRegistryStorage(api, storage, { log, note, signal });
  } catch (error) {
    if (!(error instanceof RegadmError) || error.exitCode !== EXIT.refused) throw error;
    const { code, suggestions, cause } = error;
    throw new RegadmError(error.message, { code, suggestions, cause, exitCode: EXIT.error });
  }
}
