import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import { headerOf, type StoreResponse } from '../../http/client.js';
import { StoreRefusal } from '../store-refusal.js';

/** What was requested, and the permission of a shared access signature that it needs. */
export interface Operation {
  /** For messages: `list blobs`. */
  action: string;
  permission: 'List (l)' | 'Read (r)' | 'Write (w)' | 'Delete (d)';
}

/** A container with the kind of credentials that its requests had. */
export interface Requester {
  name: string;
  /** True for an account key, which has every permission. */
  usesKey: boolean;
}

export const LIST: Operation = { action: 'list blobs', permission: 'List (l)' };
export const DELETE: Operation = { action: 'delete blobs', permission: 'Delete (d)' };
export const writeOf = (key: string): Operation => ({ action: `write ${key}`, permission: 'Write (w)' });
export const copyOf = (key: string): Operation => ({ action: `copy ${key}`, permission: 'Write (w)' });
export const readOf = (key: string): Operation => ({ action: `read ${key}`, permission: 'Read (r)' });

/** Why a blob cannot be deleted, by Azure's code. */
const KEPT = new Map([
  ['BlobImmutableDueToPolicy', 'the blob is locked by an immutability policy'],
  ['BlobImmutableDueToLegalHold', 'the blob is locked by a legal hold'],
  ['LeaseIdMissing', 'the blob is leased: release its lease'],
  ['SnapshotsPresent', 'the blob has snapshots: delete them first'],
]);

/** Codes of credentials that are not valid, or no longer valid. */
const NOT_AUTHENTIC = new Set(['AuthenticationFailed', 'InvalidAuthenticationInfo']);
const NOT_VALID = 'the account key or shared access signature is not valid for this account, or has expired';

/** Describes why a blob was not deleted. */
export function whyKept(status: number, code: string | undefined): string {
  return (
    (code !== undefined && KEPT.get(code)) || (code === undefined ? `status ${status}` : `${code} (status ${status})`)
  );
}

/** Returns Azure's own code of an error. */
export function codeOf(response: Pick<StoreResponse, 'headers'>): string | undefined {
  return headerOf(response, 'x-ms-error-code')
    ?.replaceAll(/[^\w-]/g, '?')
    .slice(0, 100);
}

/** True if Azure itself states that the blob does not exist. */
export function isMissing(response: StoreResponse): boolean {
  return response.status === 404 && codeOf(response) === 'BlobNotFound';
}

/** True if a condition of a write was not met. */
export function isConflict(response: StoreResponse): boolean {
  return ['ConditionNotMet', 'BlobAlreadyExists', 'TargetConditionNotMet'].includes(codeOf(response) ?? '');
}

/** Creates the error for an unexpected status. Server messages repeat what was signed: only codes are shown. */
export function answerError(
  { name, usesKey }: Requester,
  { action, permission }: Operation,
  response: StoreResponse,
): RegadmError {
  const { status } = response;
  const code = codeOf(response);
  const prefix = `${name}: cannot ${action}`;
  const reason = code === undefined ? `status ${status}` : `${code} (status ${status})`;
  if (NOT_AUTHENTIC.has(code ?? ''))
    return refusal('STORAGE_DENIED', `${prefix}: ${reason}: ${whyNotAuthentic(response)}`, [ADVICE.azureCredentials]);
  switch (code) {
    case 'KeyBasedAuthenticationNotPermitted':
      return refusal('STORAGE_DENIED', `${prefix}: ${reason}: the account accepts no account keys`, [
        'allow storage account key access, or use a shared access signature of a user',
      ]);
    case 'ContainerNotFound':
      return refusal('STORAGE_ERROR', `${prefix}: the container does not exist (${code})`, [ADVICE.azureContainer]);
    case 'BlobArchived':
      return new RegadmError(`${prefix}: the blob is archived (${code}), so the registry cannot read it either`, {
        code: 'STORAGE_ERROR',
        suggestions: ['change its access tier to Hot or Cool, and remove the rule that archives it'],
      });
  }
  if (status === 401 || status === 403) return deniedError(`${prefix}: ${reason}`, permission, usesKey);
  if (code === undefined && status < 500)
    return refusal('STORAGE_ERROR', `${prefix}: the answer is not one of Azure: ${reason}`, [ADVICE.storageEndpoint]);
  return new RegadmError(`${prefix}: ${reason}`, { code: 'STORAGE_ERROR' });
}

/** A difference of clocks that makes Azure reject requests, in ms. */
const CLOCK_LIMIT_MS = 15 * 60_000;

function whyNotAuthentic(response: StoreResponse): string {
  const there = Date.parse(headerOf(response, 'date') ?? '');
  if (Math.abs(there - Date.now()) > CLOCK_LIMIT_MS)
    return `this machine's clock differs from the storage's, which shows ${new Date(there).toISOString()}`;
  return NOT_VALID;
}

/** Creates the error of deletions that were all denied. */
export function denied({ name, usesKey }: Requester, code: string | undefined): StoreRefusal {
  const prefix = `${name}: cannot ${DELETE.action}: ${code ?? 'status 403'}`;
  if (NOT_AUTHENTIC.has(code ?? ''))
    return refusal('STORAGE_DENIED', `${prefix}: ${NOT_VALID}`, [ADVICE.azureCredentials]);
  return deniedError(prefix, DELETE.permission, usesKey);
}

function deniedError(prefix: string, permission: Operation['permission'], usesKey: boolean): StoreRefusal {
  if (usesKey)
    return refusal(
      'STORAGE_DENIED',
      `${prefix}: the account key is not one of this account, or the network rules of the account refuse this machine`,
      ['check the account key (AZURE_STORAGE_KEY) and the network rules of the account'],
    );
  return refusal('STORAGE_DENIED', `${prefix}: the credentials lack the permission ${permission}`, [
    `use an account key, or a shared access signature with the permission ${permission}; check the network rules of the account`,
  ]);
}

/** Creates the error for a successful response with an answer that cannot be used. */
export function unusableAnswer(name: string, { action }: Operation, why: unknown): RegadmError {
  return new RegadmError(`${name}: cannot ${action}: the answer cannot be used: ${(why as Error).message}`, {
    code: 'STORAGE_ERROR',
    suggestions: [ADVICE.storageEndpoint],
  });
}

function refusal(code: 'STORAGE_DENIED' | 'STORAGE_ERROR', message: string, suggestions: string[]): StoreRefusal {
  return new StoreRefusal(message, { code, suggestions });
}
