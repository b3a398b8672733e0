import type { OnlinePlan } from './plan/plan.js';
import type { Failure } from '../../model/document.js';
import type { Outcomes } from '../report.js';
import type { MarkedBlob, PurgedBlob, RestoredBlob, TrashContents, UnmarkedBlob, Waiting } from './types.js';

/** What an online run has done so far. It is complete at every moment, so that an error does not hide it. */
export class Progress {
  /** True once something in the storage may have changed, beside the files of regadm. */
  hasChanged = false;
  plan: OnlinePlan | undefined;
  outcomes: Outcomes = { blobs: [], manifestLinks: [], repositories: [], layerLinks: [], uploads: [] };
  readonly marked: MarkedBlob[] = [];
  readonly unmarked: UnmarkedBlob[] = [];
  readonly restored: RestoredBlob[] = [];
  readonly purged: PurgedBlob[] = [];
  readonly failures: Failure[] = [];
  /** True if a removed link that is needed was not restored: then its record is kept. */
  hasUnrestoredLinks = false;
  waiting: Waiting | undefined = { blobs: 0, bytes: 0, incomplete: 0 };
  trash: TrashContents = { blobs: 0, bytes: 0 };
}
