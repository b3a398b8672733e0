import { messageOf } from '../../../model/errors.js';
import type { StoreResponse } from '../../http/client.js';
import { parseVersioning, type Versioning } from './answers.js';
import { answerError } from './errors.js';
import { OPERATIONS } from './operations.js';

/** Whether a bucket keeps old versions. */
interface KeptVersions {
  /** What users should know, also if it cannot be read. */
  warnings: string[];
  isEnabled: boolean;
}

/** Reads whether a bucket keeps old versions. */
export function readVersioning(name: string, response: StoreResponse): KeptVersions {
  const unknown = (why: string): KeptVersions => ({
    warnings: [`it is unknown whether ${name} keeps old versions, so whether deleting frees space: ${why}`],
    isEnabled: false,
  });
  if (response.status !== 200) return unknown(messageOf(answerError(name, OPERATIONS.readVersioning, response)));
  try {
    const versioning = parseVersioning(response.body);
    return { warnings: versionWarnings(name, versioning), isEnabled: versioning.status === 'Enabled' };
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
