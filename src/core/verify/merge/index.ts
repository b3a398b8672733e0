import type { ClusterApi } from '../../cluster/api.js';
import { RegadmError } from '../../model/errors.js';
import { readStoredDocuments } from '../stored/read-job.js';
import { mergeDocuments } from './merge-documents.js';
import { readDocument } from './read-file.js';
import type { VerifyReport } from '../report.js';

/**
 * Merges the documents in files.
 * @throws RegadmError UNREADABLE_FILE, INVALID_FILE
 */
export async function mergeFiles(files: readonly string[]): Promise<VerifyReport> {
  const documents = [];
  for (const file of files) documents.push(await readDocument(file));
  return mergeDocuments(documents, 'no document of it was given');
}

/**
 * Merges the documents that the pods of a Job stored.
 * @throws RegadmError NOT_FOUND, INVALID_FILE; ApiError
 */
export async function mergeJob(api: ClusterApi, job: string, signal: AbortSignal): Promise<VerifyReport> {
  const { texts, whyMissing } = await readStoredDocuments(api, job, signal);
  if (texts.length === 0)
    throw new RegadmError(`job/${job} has no documents: of every shard, ${whyMissing}`, { code: 'NOT_FOUND' });
  return mergeDocuments(texts, whyMissing);
}
