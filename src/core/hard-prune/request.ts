import { refusal, usageError } from '../model/errors.js';
import type { MaxDelete } from '../model/max-delete.js';
import type { HardPruneRules } from './plan/plan-types.js';

export interface HardPruneOptions {
  confirm: boolean;
  /** The folder where the registry's volume is mounted; without it the registry's pod is used. */
  storage?: string;
  pod?: string;
  rules: HardPruneRules;
  readOnly: 'auto' | 'required' | 'skip';
  maxDelete?: MaxDelete;
  keepYoungerThanMs: number;
  danglingLinks: boolean;
  uploadsOlderThanMs?: number;
  redis?: URL;
  /** For each wait for a roll-out. */
  timeoutMs: number;
  /** Runs the basic prune, once it is clear that the hard prune can be begun. */
  pruneImages?: () => Promise<void>;
}

/**
 * To be asked before a cluster is needed.
 * @throws RegadmError for options that exclude each other (USAGE), or would do harm (READ_ONLY_NEEDED, exit status 4)
 */
export function assertUsable({ storage, pod, confirm, readOnly, maxDelete }: HardPruneOptions): void {
  if (storage !== undefined && pod !== undefined) throw usageError('--pod cannot be specified with --storage');
  if (storage !== undefined) return;
  if (maxDelete && 'percent' in maxDelete)
    throw usageError(
      "--max-delete: a percentage works only with --storage, since the registry's own pruner does not count all blobs",
      ['give a number of blobs or a size'],
    );
  if (confirm && readOnly === 'skip') {
    throw refusal(
      'READ_ONLY_NEEDED',
      "--read-only=skip is refused in the registry's pod together with --confirm: blobs of images that are being pushed would be deleted",
      ['leave --read-only at auto'],
    );
  }
}
