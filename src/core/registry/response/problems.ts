import { ADVICE } from '../../model/advice.js';
import type { ErrorCode } from '../../model/error-codes.js';
import { isAway, isRefusal } from '../error.js';
import type { HttpResponse } from '../transport.js';
import { bearerChallenge, isOpenShiftBasic } from './challenge.js';
import { printable } from './printable.js';
import type { RegistryMessage } from './registry-message.js';
import { storageRemedies } from './storage-remedies.js';

/** Codes by which a registry says that the user may not do something. */
const DENIALS: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'DENIED']);

/** An error code, the description of the problem, and remedies. */
export type Problem = [code: ErrorCode, what: string, ...suggestions: string[]];

/** Returns the problem for a response without a meaning of its own. */
export function unexpected(response: HttpResponse, message?: RegistryMessage): Problem {
  const { status } = response;
  return [
    'REGISTRY_ERROR',
    `unexpected status ${status}: ${describe(response, message)}`,
    ...remedies(status, message),
  ];
}

/**
 * Returns true if the registry itself says that the user may not do this: by its error code, or by the challenge of an
 * OpenShift registry without a body. The page of a proxy does not state that, nor does a registry of another kind.
 */
export function deniesAccess(response: HttpResponse, message?: RegistryMessage): boolean {
  const { status, headers, text } = response;
  if (!isRefusal(status)) return false;
  const challenge = String(headers['www-authenticate'] ?? '');
  const isBearer = /^Bearer\b/i.test(challenge);
  if (isBearer && !bearerChallenge(response)?.isOpenShift) return false;
  if (message) return DENIALS.has(message.code);
  return status === 401 && text.trim() === '' && (isBearer || isOpenShiftBasic(challenge));
}

/** Returns what to do about a status without a meaning of its own. */
function remedies(status: number, message?: RegistryMessage): string[] {
  if (message?.detail !== undefined) return storageRemedies(message.full);
  if (status === 429) return [ADVICE.slowStorage];
  if (isAway(status) || isRefusal(status)) return [ADVICE.registryReachable];
  return status >= 500 ? [ADVICE.registryLog] : [];
}

/** The problem of a registry in read-only mode. */
export const READ_ONLY: Problem = [
  'REGISTRY_READ_ONLY',
  '405 Method not allowed: the registry is in read-only mode',
  ADVICE.endReadOnly,
];

/**
 * True in read-only mode: the registry then allows only reading methods, which the header `Allow` shows, not the body.
 */
export function isReadOnly({ headers }: HttpResponse, message?: RegistryMessage): boolean {
  const allow = String(headers.allow ?? '');
  return message?.code !== 'UNSUPPORTED' && /\b(GET|HEAD)\b/.test(allow) && !/\bDELETE\b/.test(allow);
}

/** Returns the words of a response. */
export function describe(response: HttpResponse, message?: RegistryMessage): string {
  if (message) return [message.code, message.message, message.detail].filter(Boolean).join(': ');
  return printable(response.text) || 'no body';
}
