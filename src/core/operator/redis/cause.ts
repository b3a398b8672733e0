import { messageOf } from '../../model/errors.js';

/**
 * Describes an error of a connection. A host with several addresses fails with one error per address and no message of
 * its own.
 */
export function causeOf(error: unknown): string {
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return [...new Set(errors.map(messageOf))].join('; ');
  return messageOf(error);
}
