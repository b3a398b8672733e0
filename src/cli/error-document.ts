import type { DocumentEnvelope, DocumentHeader } from '../core/model/document.js';
import type { ErrorCode } from '../core/model/error-codes.js';
import type { InvalidReference, RegadmError } from '../core/model/errors.js';

/** What `-o json` prints if an error ends the run. The message for people is on stderr. */
export interface ErrorDocument extends DocumentHeader<'Error'> {
  /**
   * Stable name for scripts; docs/errors.md explains each one.
   * @schema {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}
   */
  code: ErrorCode;
  /** What went wrong. */
  message: string;
  /** What to do next, one sentence each. */
  suggestions: string[];
  /** Only with the code INVALID_REFERENCES: every reference that cannot be parsed. */
  invalidReferences?: InvalidReference[];
}

/** Converts an error to its document. @param envelope what is known of the run */
export function errorDocument(
  { code, message, suggestions, invalidReferences }: RegadmError,
  envelope?: DocumentEnvelope,
): ErrorDocument {
  return {
    apiVersion: 'regadm/v1',
    kind: 'Error',
    ...envelope,
    code,
    message,
    suggestions,
    ...(invalidReferences ? { invalidReferences } : {}),
  };
}
