import type { HardPruneReport } from '../report.js';
import type { HardPruneBlob } from './document-type.js';

/** Returns the status of a blob in the documents: an online run moves blobs to the trash instead of deleting them. */
export function blobStatus(
  status: HardPruneBlob['status'],
  { online }: Pick<HardPruneReport, 'online'>,
): HardPruneBlob['status'] {
  if (!online) return status;
  if (status === 'deleted') return 'trashed';
  return status === 'would-delete' ? 'would-trash' : status;
}
