import { EXIT } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import type { Verification } from '../verification/plan/types.js';
import type { LinkRepair } from './repair-links/repair-links.js';
import type { VerifyOptions } from './request.js';

/** The result of `regadm registry verify`. */
export interface VerifyReport {
  startedAt: string;
  finishedAt: string;
  options: VerifyOptions;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  verification: Verification;
  /** Missing links that can be written, or were; empty unless that was asked for. */
  links: LinkRepair[];
  warnings: string[];
}

/** Returns the exit status of a verification that was made (docs/exit-codes.md). */
export function toExitStatus({ broken, unchecked }: Verification): number {
  if (broken.length > 0) return EXIT.found;
  return unchecked.length > 0 ? EXIT.error : EXIT.ok;
}
