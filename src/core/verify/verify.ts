import { recordWarnings } from '../kit/reporter.js';
import { EXIT, RegadmError } from '../model/errors.js';
import { openRegistryStorage, type OpenedStorage } from '../operator/registry-storage/open.js';
import type { ClusterPorts } from '../verification/gather/read-cluster.js';
import { verifyImages } from '../verification/verify-images.js';
import { StorageWay } from '../verification/way/storage.js';
import { fromStorage } from './read-data/open-content.js';
import { readData } from './read-data/read-data.js';
import type { VerifyReport } from './report.js';
import type { VerifyRequest } from './request.js';

/**
 * Checks whether every listed image can be pulled; changes nothing.
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
    const verification = toRead ? await readData(ports, verified, { ...toRead, open, way }) : verified.verification;
    const finishedAt = new Date().toISOString();
    return { startedAt, finishedAt, options, storage: place, verification, warnings: [...reporter.warnings] };
  } finally {
    await storage.close();
  }
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
