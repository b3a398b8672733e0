import { ADVICE } from '../../../model/advice.js';
import { RegadmError } from '../../../model/errors.js';
import { headerOf, type StoreResponse } from '../../http/client.js';
import { textOf, type XmlElement } from '../../http/xml.js';
import { StoreRefusal } from '../store-refusal.js';
import { parseError } from './answers.js';

/** What was requested: the operation of S3, and the permission that it needs. */
export interface Operation {
  /** For messages: `list objects`. */
  action: string;
  permission: string;
}

/** Codes of S3 for credentials that are not valid, or no longer valid. */
const CREDENTIAL_CODES = new Map([
  ['InvalidAccessKeyId', 'the access key does not exist'],
  ['SignatureDoesNotMatch', 'the secret access key does not match the access key'],
  ['ExpiredToken', 'the session token has expired'],
  ['ExpiredTokenException', 'the session token has expired'],
  ['TokenRefreshRequired', 'the session token has expired'],
  ['InvalidToken', 'the session token is not valid'],
  ['RequestExpired', 'the credentials have expired'],
  ['AuthFailure', 'the credentials are not valid'],
]);

/** Codes of errors that a retry can overcome, whatever their status. */
export const TRANSIENT = new Set(['SlowDown', 'RequestTimeout', 'ServiceUnavailable', 'InternalError', 'Throttling']);

const REGION_CODES = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'Redirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);

/** Returns the code of S3's own error document; undefined if the response has none. */
export function codeOf({ body }: Pick<StoreResponse, 'body'>): string | undefined {
  const document = parseError(body);
  return document && textOf(document, 'Code');
}

/** Creates the error for an unexpected status. Server messages can contain credentials: only codes are shown. */
export function answerError(name: string, { action, permission }: Operation, response: StoreResponse): RegadmError {
  const { status } = response;
  const document = parseError(response.body);
  const code = document && textOf(document, 'Code');
  const prefix = `${name}: cannot ${action}`;
  const reason = code === undefined ? `status ${status}` : `${printable(code)} (status ${status})`;
  const credentials = CREDENTIAL_CODES.get(code ?? '');
  if (credentials !== undefined)
    return new StoreRefusal(`${prefix}: ${credentials} (${code})`, {
      code: 'STORAGE_CREDENTIALS',
      suggestions: [ADVICE.s3Credentials],
    });
  if (REGION_CODES.has(code ?? '') || isRedirect(status)) return regionError(prefix, response, document);
  switch (code) {
    case 'RequestTimeTooSkewed':
      return refused(`${prefix}: this machine's clock differs from the storage's (${clocks(response)})`, [
        'set the clock of this machine',
      ]);
    case 'NoSuchBucket':
      return refused(`${prefix}: the bucket does not exist (${code})`, [ADVICE.s3Bucket]);
    case 'InvalidObjectState':
      return new RegadmError(`${prefix}: the object is archived (${code}), so the registry cannot read it either`, {
        code: 'STORAGE_ERROR',
        suggestions: ['restore it to a storage class that can be read at once, and remove the rule that archives it'],
      });
    case 'NotImplemented':
    case 'MethodNotAllowed':
      return refused(`${prefix}: the storage does not support it: ${reason}`, []);
    case undefined:
      if (status < 500 && status !== 403)
        return refused(`${prefix}: the answer is not one of S3: ${reason}`, [ADVICE.s3Endpoint]);
  }
  if (status === 403 || status === 401)
    return new StoreRefusal(`${prefix}: ${reason}: the credentials lack the permission ${permission}`, {
      code: 'STORAGE_DENIED',
      suggestions: [`grant ${permission} on ${name} to the user of the credentials`],
    });
  return new RegadmError(`${prefix}: ${reason}`, { code: 'STORAGE_ERROR' });
}

/** Creates the error for a successful response with an answer that cannot be used. */
export function unusableAnswer(name: string, { action }: Operation, why: unknown): RegadmError {
  return new RegadmError(`${name}: cannot ${action}: the answer cannot be used: ${(why as Error).message}`, {
    code: 'STORAGE_ERROR',
    suggestions: [ADVICE.s3Endpoint],
  });
}

function regionError(prefix: string, response: StoreResponse, document?: XmlElement): RegadmError {
  const region = headerOf(response, 'x-amz-bucket-region') ?? (document && textOf(document, 'Region'));
  const endpoint = document && textOf(document, 'Endpoint');
  const isName = region !== undefined && /^[a-z0-9-]{1,40}$/.test(region);
  const where = isName ? `region ${region}` : endpoint && `endpoint ${printable(endpoint)}`;
  return refused(
    `${prefix}: the bucket is in another region, or has another endpoint${where ? `: ${where}` : ''} (status ${response.status})`,
    [isName ? ADVICE.s3Region(region) : ADVICE.s3Endpoint],
  );
}

function clocks(response: StoreResponse): string {
  const there = headerOf(response, 'date');
  return `here ${new Date().toUTCString()}${there === undefined ? '' : `, there ${printable(there)}`}`;
}

function refused(message: string, suggestions: string[]): RegadmError {
  return new StoreRefusal(message, { code: 'STORAGE_ERROR', suggestions });
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** Returns a text of a server without control characters, at most 100 characters of it. */
export const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100);
