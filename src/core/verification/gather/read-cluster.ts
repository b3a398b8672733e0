import type { ClusterApi } from '../../cluster/api.js';
import { ApiError, hasServerFailed } from '../../cluster/api-error.js';
import type { ReadResult } from '../../cluster/lists/read-result.js';
import { readSnapshot } from '../../cluster/lists/read-snapshot.js';
import type { Reporter } from '../../kit/reporter.js';
import { notVisibleWarnings } from '../../model/referrers/not-visible.js';

interface Ports {
  reporter: Reporter;
  signal: AbortSignal;
}

/** What is needed to ask the cluster. */
export interface ClusterPorts extends Ports {
  api: ClusterApi;
}

/** Lists that were saved. */
interface SavedPorts extends Ports {
  saved: Pick<ReadResult, 'snapshot' | 'now'>;
}

/** Where listed images come from: a cluster, or saved lists. */
export type VerificationPorts = ClusterPorts | SavedPorts;

/** Reads the lists of a verification. @throws ApiError if images or image streams cannot be listed */
export async function readLists(ports: VerificationPorts): Promise<Pick<ReadResult, 'snapshot' | 'now'>> {
  return 'saved' in ports ? ports.saved : readCluster(ports);
}

/**
 * Reads images, image streams and the workloads that use images. If the user may not list all of the latter, a warning
 * says that no users are named. Custom kinds are not read: users are named for information only, and the printed Job
 * would need a role for each kind.
 * @throws ApiError if images or image streams cannot be listed
 */
async function readCluster({ api, reporter, signal }: ClusterPorts): Promise<ReadResult> {
  reporter.phase('listing objects');
  const options = { signal, withoutCustomKinds: true, onPage: ({ count }: { count: number }) => reporter.tick(count) };
  try {
    const read = await readSnapshot(api, options);
    for (const line of notVisibleWarnings(read.custom.notVisible, read.snapshot)) reporter.warning(line);
    return read;
  } catch (error) {
    if (!(error instanceof ApiError) || hasServerFailed(error)) throw error;
    const read = await readSnapshot(api, { ...options, withoutReferrers: true });
    reporter.warning(`who uses broken images is not shown: ${error.message}`);
    return read;
  }
}

/** Reads images and image streams again. @throws ApiError */
export async function readClusterAgain({ api, reporter, signal }: ClusterPorts): Promise<ReadResult> {
  reporter.phase('listing images and image streams again, because something is missing');
  const onPage = ({ count }: { count: number }): void => reporter.tick(count);
  return readSnapshot(api, { signal, withoutReferrers: true, onPage });
}
