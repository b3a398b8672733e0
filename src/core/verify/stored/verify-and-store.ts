import { describeObject } from '../../cluster/objects.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
import { resultNamed } from '../../verification/stored-result.js';
import { wholeDocument } from '../output/index.js';
import { toExitStatus, type VerifyReport } from '../report.js';
import { shardOf, type VerifyRequest } from '../request.js';
import { verifyRegistry } from '../verify.js';
import { assertCanStore, storeDocument, type OwningJob } from './store.js';

/**
 * Verifies in a pod of a Job, and stores the document whatever it states.
 * @param request for one shard
 * @throws RegadmError FORBIDDEN or NOT_FOUND before anything is read, if it cannot be stored; as
 *   `verifyRegistry`; ApiError
 */
export async function verifyAndStore(
  ports: ClusterPorts,
  request: VerifyRequest,
  job: OwningJob,
): Promise<VerifyReport> {
  const { api, reporter, signal } = ports;
  const { index } = shardOf(request)!;
  await assertCanStore(api, { index, job, signal });
  const report = await verifyRegistry(ports, request);
  const place = describeObject(resultNamed(index));
  reporter.note(`about to store the result in ${place} of ${api.server}`);
  const truncated = await storeDocument(api, wholeDocument(report), { index, job, signal });
  const size = truncated ? ', without the entries that do not fit' : '';
  reporter.note(`stored in ${place}${size}; exit status of the verification: ${toExitStatus(report.verification)}`);
  return report;
}
