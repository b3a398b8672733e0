import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../model/kube.js';
import { apiError, isConflict } from './api-error.js';
import type { ClusterApi } from './api.js';
import { expectObject } from './expect.js';
import { describeObject, pathOf, type ObjectReference } from './object-reference.js';
import type { Reading } from './objects.js';
import { serverTime } from './server-time.js';

/** A JSON merge patch. A value of null removes its field. */
export interface MergePatch {
  metadata?: object;
  spec?: object;
}

interface PatchOptions {
  /** What fails, for the message. Default: `cannot change OBJECT`. */
  step?: string;
  signal?: AbortSignal;
}

/**
 * Changes an object with a merge patch.
 * @returns the object after the change
 * @throws ApiError; a conflict (`isConflict`) when the patch states an old `metadata.resourceVersion`
 */
export async function patchObject<T extends KubeObject = KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  patch: MergePatch,
  { step = `cannot change ${describeObject(reference)}`, signal }: PatchOptions = {},
): Promise<Reading<T>> {
  const response = await api.request('PATCH', pathOf(reference), {
    body: patch,
    contentType: 'application/merge-patch+json',
    signal,
    validate: expectObject(reference),
  });
  if (response.status !== 200) throw apiError(response, step);
  return { object: response.json<T>(), serverTime: serverTime(response) };
}

/** Maximum attempts when concurrent updates cause conflicts. */
const CONFLICT_ATTEMPTS = 20;

interface Change<T extends KubeObject> {
  /** Reads the object. */
  read(): Promise<Reading<T>>;
  /** Returns the patch for the object as it is now; undefined: there is nothing to change. It throws to refuse. */
  patch(reading: Reading<T>): MergePatch | undefined;
}

/**
 * Changes an object with a merge patch that applies only to the version that `patch` has seen. After a conflict, reads
 * the object and calls `patch` again: the conflict can be with our own patch, whose response was lost.
 * @returns the object after the change
 * @throws ApiError, and what `read` and `patch` throw
 */
export async function changeObject<T extends KubeObject>(
  api: ClusterApi,
  reference: ObjectReference,
  { read, patch }: Change<T>,
): Promise<Reading<T>> {
  for (let attempt = 1; ; attempt++) {
    const reading = await read();
    const change = patch(reading);
    if (!change) return reading;
    const { resourceVersion } = reading.object.metadata;
    try {
      return await patchObject<T>(api, reference, { ...change, metadata: { ...change.metadata, resourceVersion } });
    } catch (error) {
      if (!isConflict(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
    await sleep(50 * attempt);
  }
}
