import { messageOf } from '../../../model/errors.js';
import type { StoreResponse } from '../../http/client.js';
import { parseVersioning, type Versioning } from './answers.js';
import { answerError } from './errors.js';
import { OPERATIONS } from './operations.js';

/** Reads whether a bucket keeps old versions. @returns warnings, also if that cannot be read */
export function versioningWarnings(name: string, response: StoreResponse): string[] {
  const unknown = (why: string): string[] => [
    `it is unknown whether ${name} keeps old versions, so whether deleting frees space: ${why}`,
  ];
  if (response.status !== 200) return unknown(messageOf(answerError(name, OPERATIONS.readVersioning, response)));
  try {
    return versionWarnings(name, parseVersioning(response.body));
  } catch (error) {
    return unknown(messageOf(error));
  }
}

/** Describes what deletions free in a bucket that keeps old versions, or kept them. */
function versionWarnings(name: string, { status, needsMfa }: Versioning): string[] {
  if (status === 'Suspended')
    return [
      `${name} kept old versions of objects until that was suspended: deleting an object that was written before frees nothing`,
    ];
  if (status !== 'Enabled') return [];
  return [
    needsMfa
      ? `${name} keeps old versions of objects: deleting frees nothing, and old versions can be deleted only with multi-factor authentication (MfaDelete), not by a lifecycle rule`
      : `${name} keeps old versions of objects: deleting frees nothing until a lifecycle rule removes noncurrent versions`,
  ];
}
