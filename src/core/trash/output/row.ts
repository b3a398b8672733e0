import { sha256Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { TrashEntry } from '../../trash-store/model.js';
import { formerRepositories, type CheckedImage } from '../contents/check-images.js';
import type { TrashBlob, TrashImage } from './document-type.js';

/** A copy of a blob in the trash, and what is said about it. */
export interface TrashRow<Status extends string> {
  entry: TrashEntry;
  status: Status;
  /** Why it was skipped or is kept. */
  reason?: string;
  /** Why it failed. */
  message?: string;
}

/** Orders rows by digest, then by date. */
export function compareRows(a: { entry: TrashEntry }, b: { entry: TrashEntry }): number {
  return compareText(a.entry.hex, b.entry.hex) || compareText(a.entry.date, b.entry.date);
}

/** Converts a row for a document. */
export function rowDocument<Row extends TrashRow<string>>({ entry, ...status }: Row): TrashBlob & Omit<Row, 'entry'> {
  const { hex, bytes, date, links } = entry;
  return { digest: sha256Digest(hex), bytes, date, repositories: formerRepositories(links), ...status };
}

/** Converts an image for a document. */
export function imageDocument({ hex, repositories, problems }: CheckedImage): TrashImage {
  return {
    digest: sha256Digest(hex),
    repositories,
    whole: problems.length === 0,
    problems: problems.map((problem) => ({ digest: sha256Digest(problem.hex), message: problem.message })),
  };
}
