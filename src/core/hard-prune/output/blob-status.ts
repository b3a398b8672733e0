import type { HardPruneReport } from '../report.js';
import type { HardPruneBlob } from './document-type.js';

/** Returns true for a run that moves blobs to the trash instead of deleting them. */
export const movesToTrash = ({ online, options }: Pick<HardPruneReport, 'online' | 'options'>): boolean =>
  online !== undefined || options.trash === true;

/** Returns the status of a blob in the documents. */
export function blobStatus(
  status: HardPruneBlob['status'],
  report: Pick<HardPruneReport, 'online' | 'options'>,
): HardPruneBlob['status'] {
  if (!movesToTrash(report)) return status;
  if (status === 'deleted') return 'trashed';
  return status === 'would-delete' ? 'would-trash' : status;
}
