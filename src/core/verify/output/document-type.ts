import type { DocumentHeader, Timestamp } from '../../model/document.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { VerificationResult } from '../../verification/output/document-type.js';
import type { VerifyOptions } from '../request.js';

/** What `regadm registry verify -o json` prints. Keys are stable; new ones can be added. */
export interface RegistryVerificationDocument extends DocumentHeader<'RegistryVerification'>, VerificationResult {
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: VerifyOptions;
  /** The storage that the registry's settings name; present with `--storage cluster`. */
  storage?: StoragePlace;
  /** The warnings on stderr. */
  warnings: string[];
}
