import type { RetentionPolicy } from '../model/retention-policy.js';
import type { PullsFile } from './pulled.js';
import type { StorageRequest } from './stored.js';

/** What `registry status` is asked to show. */
export interface StatusRequest {
  /** Values of `--keep-tag-revisions` to try, ascending. */
  revisions: number[];
  /** Values of `--keep-younger-than` to try, ascending, and as the user wrote them. */
  ages: { text: string; ms: number }[];
  /** Also shows what a prune with this policy would free. */
  policy?: RetentionPolicy;
  /** Also shows when images were pulled. */
  pulls?: PullsFile;
  /** Also measures this storage. */
  storage?: StorageRequest;
}
