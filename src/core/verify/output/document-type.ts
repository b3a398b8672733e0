import type { Digest, DocumentHeader, Timestamp } from '../../model/document.js';
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
  /** Missing links whose blobs exist: what --repair-links would write, or wrote. Empty without the flag. */
  links: LinkRepairEntry[];
  /** The warnings on stderr. */
  warnings: string[];
}

/** A missing link whose blob exists. */
export interface LinkRepairEntry {
  /** Configs are linked as layers. */
  kind: 'layer' | 'manifest';
  repository: string;
  digest: Digest;
  /** `exists`: it was written by something else meanwhile. */
  status: 'would-write' | 'written' | 'exists' | 'skipped' | 'failed';
  /** Why it was skipped. */
  reason?: string;
  /** Why it failed. */
  message?: string;
}
