import type { ClusterApi } from '../cluster/api.js';
import { Deadline } from '../kit/deadline.js';
import { hasCode, messageOf, usageError } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import type { Place } from './place.js';
import { readPlaceOfStore, readRegistryPlace, unreadPlace } from './read-place.js';
import type { StorageJobRequest } from './request.js';
import { findSecretKeys, secretNotes } from './secret.js';
import { validate } from './validate.js';

/** What `--print-job` prints: the List on stdout, and lines for people. */
interface PrintedJob {
  list: object;
  notes: string[];
}

/** A Job to print. */
export interface StorageJob {
  request: StorageJobRequest;
  /** Returns the objects, in an order in which they can be created. */
  objects(place: Place): KubeObject[];
  /** Returns what a user who creates the List must know. */
  hints(place: Place): string[];
  /** Checks what the pods need of the cluster. @throws RegadmError USAGE */
  assertUsable?(api: ClusterApi, signal: AbortSignal): Promise<void>;
  /** Reads what else to say about the registry whose own storage the Job uses. */
  readNotes?(api: ClusterApi, signal: AbortSignal): Promise<string[]>;
}

/** Maximum time to read from the cluster if the request states the storage, in ms: then it works without one. */
const LIMIT_MS = 5000;

/**
 * Returns what `--print-job` prints on this cluster, checked by its API server.
 * @throws RegadmError if a Job cannot use the storage, or if the API server refuses an object
 */
export async function printOnCluster(api: ClusterApi, job: StorageJob, signal: AbortSignal): Promise<PrintedJob> {
  const { request } = job;
  if (request.storage !== 'cluster') return printForStore(api, job, signal);
  const place = await readRegistryPlace(api, { ...request, signal });
  if (place.access.via === 'claim') assertNoStoreFlags(request);
  const notes = (await job.readNotes?.(api, signal)) ?? [];
  return checked(api, job, { ...place, notes: [...place.notes, ...notes] }, signal);
}

/** @throws RegadmError (USAGE) for flags of an object storage, with which the Job would fail */
function assertNoStoreFlags({ args, authorities }: StorageJobRequest): void {
  const given = authorities['storage-ca'] ? '--storage-ca' : args.find((arg) => arg.startsWith('--storage-'));
  if (given === undefined) return;
  const flag = given.replace(/=.*$/s, '');
  throw usageError(`${flag} works only with an object storage, but the registry keeps its images in a volume`);
}

/** Prints without what cannot be read, because the request states the storage. */
async function printForStore(api: ClusterApi, job: StorageJob, signal: AbortSignal): Promise<PrintedJob> {
  const deadline = new Deadline(LIMIT_MS, signal);
  try {
    const place = await readPlaceOfStore(api, { ...job.request, signal: deadline.signal });
    return await checked(api, job, place, deadline.signal);
  } catch (error) {
    signal.throwIfAborted();
    return printWithoutCluster(job, error);
  } finally {
    deadline.clear();
  }
}

/** Errors that are about the request, not about a cluster that cannot be read. */
const FINAL = ['INTERRUPTED', 'JOB_NOT_POSSIBLE', 'OBJECT_REFUSED', 'USAGE'] as const;

/**
 * Returns what `--print-job` prints if the cluster cannot be opened or read.
 * @throws the error if the storage is that of the cluster, or if the error is about the request
 */
export function printWithoutCluster(job: StorageJob, error: unknown): PrintedJob {
  const { request } = job;
  if (request.storage === 'cluster' || FINAL.some((code) => hasCode(error, code))) throw error;
  const place = unreadPlace(messageOf(error));
  const unread = { unread: messageOf(error) };
  const checks = ['no API server has checked the objects', ...secretNotes(request, place, unread)];
  return printed(job, place, job.objects(place), checks);
}

async function checked(api: ClusterApi, job: StorageJob, place: Place, signal: AbortSignal): Promise<PrintedJob> {
  const { request } = job;
  await job.assertUsable?.(api, signal);
  const objects = job.objects(place);
  // With a URL, a server that fails is not waited for.
  const retry = request.storage === 'cluster';
  const [check, secret] = await Promise.all([
    validate(api, objects, { signal, retry }),
    findSecretKeys(api, request, signal),
  ]);
  return printed(job, place, objects, [check, ...secretNotes(request, place, secret)]);
}

function printed(job: StorageJob, place: Place, items: KubeObject[], checks: string[]): PrintedJob {
  return {
    list: { apiVersion: 'v1', kind: 'List', items },
    notes: [...place.notes, ...checks, ...job.hints(place)],
  };
}
