import { findIfReadable } from '../cluster/objects.js';
import { NAMESPACES } from '../cluster/resources.js';
import { recordWarnings } from '../kit/reporter.js';
import { EXIT, RegadmError } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import { openClusterRegistry } from '../operator/open-registry.js';
import { openRegistryStorage, type OpenedStorage } from '../operator/registry-storage/open.js';
import type { Storage } from '../storage/storage.js';
import type { ClusterPorts } from '../verification/gather/read-cluster.js';
import type { StorageChoice } from '../storage/location.js';
import type { VerificationWay } from '../verification/look.js';
import type { Scope } from '../verification/plan/scope.js';
import { verifyImages, type Verified } from '../verification/verify-images.js';
import { RegistryWay } from '../verification/way/registry.js';
import { StorageWay } from '../verification/way/storage.js';
import { fromRegistry, fromStorage } from './read-data/open-content.js';
import type { OpenContent } from './read-data/read-blob.js';
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
export async function verifyRegistry(given: ClusterPorts, request: VerifyRequest): Promise<VerifyReport> {
  const startedAt = new Date().toISOString();
  const reporter = recordWarnings(given.reporter);
  const ports = { ...given, reporter };
  const { way, openContent, storage, place, close } = await open(ports, request);
  try {
    const { options, readData: toRead } = request;
    const { repairLinks: repairing, recoverImages: how } = changesOf(request);
    const first = await verifyImages(ports, way, request.scopes);
    const lostImages = storage && how ? await recoverLost(ports, first, { storage, how }) : [];
    const verified = hasRecovered(lostImages) ? await verifyAgain(ports, way, request.scopes) : first;
    const reading = { open: openContent, readManifest: way.readManifest };
    if (toRead) verified.verification = await readData(ports, verified, { ...toRead, ...reading });
    const { verification, links } = await repair(ports, verified, { storage, repair: repairing });
    const cluster = await readClusterUid(ports);
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
function verifyAgain(ports: ClusterPorts, way: VerificationWay, scopes: readonly Scope[]): Promise<Verified> {
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

/** A way that is open. */
interface OpenedWay {
  way: VerificationWay;
  openContent: OpenContent;
  /** Absent if the registry is asked. */
  storage?: Storage;
  /** The storage that the registry's settings name. */
  place?: StoragePlace;
  close(): Promise<void>;
}

async function open(ports: ClusterPorts, request: VerifyRequest): Promise<OpenedWay> {
  const { api, reporter, signal } = ports;
  if ('registry' in request) {
    const registry = await openClusterRegistry(api, request.registry, { reporter, signal });
    const { workers } = request.registry;
    const way = new RegistryWay(registry, { reporter, signal, workers });
    return { way, openContent: fromRegistry(registry, signal), close: () => registry.close() };
  }
  const { storage, place } = await openStorage(ports, request.storage);
  const way = new StorageWay(storage, { reporter, isOwn: place !== undefined, signal });
  return { way, openContent: fromStorage(storage, signal), storage, place, close: () => storage.close() };
}

/** Opens the storage. What a guard of a prune would refuse could not be checked. */
async function openStorage({ api, reporter, signal }: ClusterPorts, storage: StorageChoice): Promise<OpenedStorage> {
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
