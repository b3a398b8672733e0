import { RegadmError } from '../../model/errors.js';
import type { SnapshotView } from '../../model/table/snapshot.js';
import type { PrunePorts } from '../ports.js';
import type { RunContext } from '../run-context.js';

/**
 * Checks a namespace without image streams: its name can be misspelled, and a prune of it would report success.
 * @throws RegadmError NOT_FOUND if it does not exist and the user is allowed to see that
 */
export async function checkNamespace(
  ports: PrunePorts,
  namespace: string | undefined,
  { streams }: Pick<SnapshotView, 'streams'>,
  { reporter, signal }: RunContext,
): Promise<void> {
  if (namespace === undefined || streams.some((stream) => stream.namespace === namespace)) return;
  const exists = await ports.checks.hasNamespace(namespace, signal);
  if (exists === true) return;
  const suggestions = ['check the name: oc get imagestreams --all-namespaces'];
  if (exists === false)
    throw new RegadmError(`namespace ${namespace} does not exist`, { code: 'NOT_FOUND', suggestions });
  reporter.warning(
    `namespace ${namespace} has no image streams, and this user may not see whether it exists; ${suggestions.join('; ')}`,
  );
}
