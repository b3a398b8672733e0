import type { ClusterApi } from '../../cluster/api.js';
import { createObject, deleteObject, describeObject, findObject } from '../../cluster/objects.js';
import { JOBS } from '../../cluster/resources.js';
import { labelsOf } from '../../in-cluster/labels.js';
import { redactValues } from '../../kit/secrets/redact.js';
import { RegadmError } from '../../model/errors.js';
import { assertPermissions } from '../../operator/permissions.js';
import { RESULT_KEY, VERIFY_APP, resultNamed } from '../../verification/stored-result.js';
import { fitDocument } from './fit.js';

/** The Job that a pod belongs to. */
export interface OwningJob {
  name: string;
  uid: string;
}

/** Maximum attempts when a pod of the same index stores its document at the same time. */
const ATTEMPTS = 5;

/**
 * Checks that the document can be stored, before hours of reading, and that the Job exists: otherwise, the document of
 * another Job would be replaced.
 * @throws RegadmError FORBIDDEN, NOT_FOUND; ApiError
 */
export async function assertCanStore(
  api: ClusterApi,
  { index, job, signal }: { index: number; job: OwningJob; signal?: AbortSignal },
): Promise<void> {
  const { resource, namespace, name } = resultNamed(index);
  const configMaps = { group: resource.group, resource: resource.resource, namespace };
  await assertPermissions(api, [
    { verb: 'create', ...configMaps },
    { verb: 'delete', ...configMaps, name },
    { verb: 'get', group: JOBS.group, resource: JOBS.resource, namespace },
  ]);
  const reference = { resource: JOBS, namespace, name: job.name };
  const found = await findObject(api, reference, { signal });
  if (found?.metadata.uid === job.uid) return;
  throw new RegadmError(`--store-result: ${describeObject(reference)} with UID ${job.uid} does not exist`, {
    code: 'NOT_FOUND',
    suggestions: ['print the Job with --print-job; elsewhere, keep the document with -o json > FILE'],
  });
}

/**
 * Stores the document of a pod in its ConfigMap, which belongs to the Job and is deleted with it. The document of an
 * earlier pod or run is replaced: its ConfigMap is deleted first, so that it never looks like one of this run.
 * @returns true if entries were omitted, because a ConfigMap is limited
 * @throws ApiError; RegadmError CONFLICT if other pods keep creating the ConfigMap
 */
export async function storeDocument(
  api: ClusterApi,
  document: object,
  { index, job, signal }: { index: number; job: OwningJob; signal?: AbortSignal },
): Promise<boolean> {
  const reference = resultNamed(index);
  const { content, truncated } = fitDocument(redactValues(document) as object);
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: reference.name,
      namespace: reference.namespace,
      labels: { ...labelsOf(VERIFY_APP), 'app.kubernetes.io/instance': job.name },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', ...job }],
    },
    binaryData: { [RESULT_KEY]: content.toString('base64') },
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if ((await createObject(api, reference, body, { signal })) === 'created') return truncated;
    await deleteObject(api, reference, { signal });
  }
  throw new RegadmError(`ConfigMap ${reference.name} was created by another pod ${ATTEMPTS} times`, {
    code: 'CONFLICT',
  });
}
