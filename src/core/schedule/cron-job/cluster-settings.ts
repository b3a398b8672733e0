import { ApiError } from '../../cluster/api-error.js';
import type { ClusterApi } from '../../cluster/api.js';
import { findUsingKinds } from '../../cluster/lists/custom-kinds.js';
import { describeObject, findObject, type ObjectReference } from '../../cluster/objects.js';
import type { Resource } from '../../cluster/resources.js';
import { placementOf } from '../../in-cluster/placement.js';
import type { Placement } from '../../in-cluster/pod.js';
import { Deadline } from '../../kit/deadline.js';
import { hasCode, messageOf } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { CONFIG } from '../../operator/objects.js';
import { PRUNER } from '../image-pruner.js';

/** Maximum time to read from the cluster, in ms: `--cronjob` works without one, so nobody waits for it. */
const LIMIT_MS = 5000;

/** What one object of the cluster states: a value, or why it is not known. */
export type Found<T> = { value: T; from: string } | { problem: string };

/** A kind that can be the only user of images, and that the role of pruners does not allow to list. */
export type UsingKind = Pick<Resource, 'group' | 'resource'>;

/** The settings of the cluster that the CronJob takes. */
export interface ClusterSettings {
  placement: Found<Placement>;
  /** True if the operator has removed the registry. */
  isRemoved: Found<boolean>;
  /** The kinds of the cluster that can be the only users of images. */
  usingKinds: Found<UsingKind[]>;
}

/**
 * Reads where the cluster's own pruner runs, and whether the registry is removed. Reads each object once, for at most
 * five seconds in total.
 * @throws the signal's reason when it aborts
 */
export async function readClusterSettings(api: ClusterApi, signal: AbortSignal): Promise<ClusterSettings> {
  const deadline = new Deadline(LIMIT_MS, signal);
  try {
    const [usingKinds, pruner, config] = await Promise.all([
      readUsingKinds(api, deadline.signal),
      ...[PRUNER, CONFIG].map((object) => readOnce(api, object, deadline.signal)),
    ]);
    signal.throwIfAborted();
    return {
      placement: found(pruner!, `${describeObject(PRUNER)} of ${api.server}`, (object) => placementOf(object?.spec)),
      isRemoved: found(
        config!,
        `${describeObject(CONFIG)} of ${api.server}`,
        (object) => object?.spec?.managementState === 'Removed',
      ),
      usingKinds,
    };
  } finally {
    deadline.clear();
  }
}

/** Returns the settings of a cluster that cannot be opened. @throws the error of an interruption */
export function unreadable(error: unknown): ClusterSettings {
  if (hasCode(error, 'INTERRUPTED')) throw error;
  const problem = { problem: messageOf(error) };
  return { placement: problem, isRemoved: problem, usingKinds: problem };
}

type Answer = { object: KubeObject | undefined } | { problem: string };

/** Reads an object. Credentials do not end with the signal (an exec plugin can wait for a login), but this does. */
async function readOnce(api: ClusterApi, object: ObjectReference, signal: AbortSignal): Promise<Answer> {
  try {
    return { object: await beforeAbort(findObject(api, object, { signal, retry: false }), signal) };
  } catch (error) {
    return {
      problem: error instanceof ApiError ? `cannot read ${describeObject(object)}: ${error.answer}` : messageOf(error),
    };
  }
}

async function readUsingKinds(api: ClusterApi, signal: AbortSignal): Promise<Found<UsingKind[]>> {
  try {
    const value = await beforeAbort(findUsingKinds(api, signal), signal);
    return { value, from: api.server };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Waits for a value, at most until the signal aborts. @throws the signal's reason */
function beforeAbort<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  return Promise.race([value, aborted]);
}

function found<T>(answer: Answer, from: string, read: (object: KubeObject | undefined) => T): Found<T> {
  if ('problem' in answer) return answer;
  try {
    return { value: read(answer.object), from };
  } catch (error) {
    return { problem: `${from}: ${messageOf(error)}` };
  }
}
