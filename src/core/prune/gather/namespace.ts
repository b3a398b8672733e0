import type { PruneOptions } from '../../graph/options.js';
import { RegadmError } from '../../model/errors.js';
import type { SnapshotView } from '../../model/table/snapshot.js';
import type { PrunePorts } from '../ports.js';
import type { RunContext } from '../run-context.js';

/**
 * Checks a namespace without image streams: its name can be misspelled, and a prune of it would report success. With
 * `--referrers oc`, the result is a warning, because `oc` succeeds.
 * @throws RegadmError NOT_FOUND if it does not exist and the user is allowed to see that
 */
export async function checkNamespace(
  ports: PrunePorts,
  { namespace, referrers }: Pick<PruneOptions, 'namespace' | 'referrers'>,
  { streams }: Pick<SnapshotView, 'streams'>,
  { reporter, signal }: RunContext,
): Promise<void> {
  if (namespace === undefined || streams.some((stream) => stream.namespace === namespace)) return;
  const exists = await ports.checks.hasNamespace(namespace, signal);
  if (exists === true) return;
  const suggestions = ['check the name: oc get imagestreams --all-namespaces'];
  const missing = `namespace ${namespace} does not exist`;
  if (exists === false && referrers !== 'oc') throw new RegadmError(missing, { code: 'NOT_FOUND', suggestions });
  const problem = exists === false ? missing : `namespace ${namespace} has no image streams, and ${describe(exists)}`;
  reporter.warning(`${problem}; ${suggestions.join('; ')}`);
}

function describe({ code, message }: RegadmError): string {
  return code === 'FORBIDDEN'
    ? 'this user may not see whether it exists'
    : `it is not known whether it exists (${message})`;
}
