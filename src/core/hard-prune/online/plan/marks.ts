import { sha256Hex } from '../../../model/digest.js';
import type { HardPrunePlan } from '../../../orphans/plan/types.js';
import type { MarkFile } from '../../../trash-store/model.js';

/** Layers without files, which the registry serves without a link to them. */
const EMPTY_LAYERS: ReadonlySet<string> = new Set([
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4',
]);

/** A blob that can be marked. */
export interface Candidate {
  hex: string;
  bytes: number;
}

/**
 * Chooses the blobs to mark: what a hard prune in read-only mode would delete, except what is marked already.
 * @param interrupted blobs whose mark is made again
 */
export function chooseMarks(plan: HardPrunePlan, file: MarkFile, interrupted: ReadonlySet<string>): Candidate[] {
  const chosen: Candidate[] = [];
  for (const { digest, bytes = 0 } of plan.blobs) {
    const hex = sha256Hex(digest)!;
    if (EMPTY_LAYERS.has(hex) || (file.marks.has(hex) && !interrupted.has(hex))) continue;
    chosen.push({ hex, bytes });
  }
  return chosen;
}
