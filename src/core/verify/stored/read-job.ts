import type { ClusterApi } from '../../cluster/api.js';
import { describeObject, findObject, type ObjectReference } from '../../cluster/objects.js';
import { JOBS } from '../../cluster/resources.js';
import { mapParallel } from '../../kit/parallel.js';
import { RegadmError } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { MAX_SHARDS, RESULT_KEY, resultNamed } from '../../verification/stored-result.js';
import type { DocumentText } from '../merge/merge-documents.js';

interface VerifyJob extends KubeObject {
  spec?: { completionMode?: string; completions?: number };
  status?: { active?: number; conditions?: { type: string; status: string; message?: string }[] };
}

interface Result extends KubeObject {
  binaryData?: Record<string, string>;
}

/** The stored documents of a Job. */
interface StoredDocuments {
  /** Number of shards. */
  of: number;
  texts: DocumentText[];
  /** Why the other shards have none. */
  whyMissing: string;
}

const CONCURRENCY = 4;

/**
 * Reads the documents that the pods of a Job stored.
 * @throws RegadmError NOT_FOUND, INVALID_FILE if it is not a Job of `registry verify`; ApiError
 */
export async function readStoredDocuments(
  api: ClusterApi,
  name: string,
  signal: AbortSignal,
): Promise<StoredDocuments> {
  const reference = { resource: JOBS, namespace: REGISTRY_NAMESPACE, name };
  const job = await findObject<VerifyJob>(api, reference, { signal });
  if (!job)
    throw new RegadmError(`${describeObject(reference)} does not exist`, {
      code: 'NOT_FOUND',
      suggestions: [`list the Jobs: oc -n ${REGISTRY_NAMESPACE} get jobs; a file with this name is ./job/${name}`],
    });
  const of = shardsOf(job, reference);
  const indexes = Array.from({ length: of }, (_, index) => index);
  const texts = await mapParallel(indexes, CONCURRENCY, (index) => readResult(api, index, { job, signal }));
  return { of, texts: texts.filter((text) => text !== undefined), whyMissing: whyMissing(job) };
}

function shardsOf({ spec }: VerifyJob, reference: ObjectReference): number {
  const { completionMode, completions = 0 } = spec ?? {};
  if (completionMode === 'Indexed' && completions >= 1 && completions <= MAX_SHARDS) return completions;
  throw new RegadmError(`${describeObject(reference)} is not a Job of registry verify: its pods have no shards`, {
    code: 'INVALID_FILE',
    suggestions: ['pass the name of a Job that registry verify --print-job printed'],
  });
}

/** @returns undefined if the pod with this index has stored no document in this run */
async function readResult(
  api: ClusterApi,
  index: number,
  { job, signal }: { job: VerifyJob; signal: AbortSignal },
): Promise<DocumentText | undefined> {
  const reference = resultNamed(index);
  const result = await findObject<Result>(api, reference, { signal });
  const owners = (result?.metadata.ownerReferences ?? []) as { uid?: string }[];
  if (!result || !owners.some(({ uid }) => uid !== undefined && uid === job.metadata.uid)) return undefined;
  return { source: describeObject(reference), content: Buffer.from(result.binaryData?.[RESULT_KEY] ?? '', 'base64') };
}

function whyMissing({ metadata: { name }, status }: VerifyJob): string {
  const logs = `see why: oc -n ${REGISTRY_NAMESPACE} describe job/${name}`;
  const failed = status?.conditions?.find(({ type, status: is }) => type === 'Failed' && is === 'True');
  if (failed)
    return `its pod stored no document, and the Job failed${failed.message ? `: ${failed.message}` : ''}; ${logs}`;
  if (isFinished(status)) return `its document no longer exists: a later run has replaced it, or it was deleted`;
  return `its pod has not stored a document yet: the Job has not ended; ${logs}`;
}

function isFinished(status: VerifyJob['status']): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') ?? false;
}
