import type { User } from '@kubernetes/client-node';
import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import { isAbsent, isRecord } from '../../model/values/json.js';
import { invalidField, sourceFields, type Sourced } from './kubeconfig-source.js';

/** Headers of requests, by name. A list is sent as several headers. */
export type Headers = Record<string, string | string[]>;

/**
 * Returns the headers for the impersonated user, its groups, uid and extra fields. As in kubectl, the given groups
 * replace those of the kubeconfig, and there must be a user. Values are sent as UTF-8, as by Go.
 * @throws RegadmError KUBECONFIG_INVALID if a field has another type, or a value cannot be sent, because the request
 *   would run with other rights
 */
export async function impersonationHeaders(user: (User & Sourced) | null, groups: string[] = []): Promise<Headers> {
  const fields = await sourceFields(user, 'user');
  const { 'as-groups': ownGroups, 'as-uid': uid, 'as-user-extra': extra } = fields;
  const impersonated: unknown = user?.impersonateUser;
  const [name] = strings('as', isAbsent(impersonated) ? [] : [impersonated]);
  const headers: Headers = {};
  const allGroups = groups.length > 0 ? groups : strings('as-groups', ownGroups);
  if (allGroups.length > 0) headers['Impersonate-Group'] = allGroups.map((group) => headerValue('group', group));
  const [ownUid] = strings('as-uid', isAbsent(uid) ? [] : [uid]);
  if (ownUid) headers['Impersonate-Uid'] = headerValue('uid', ownUid);
  if (!isAbsent(extra) && !isRecord(extra)) throw invalidField('as-user-extra', 'user');
  for (const [key, values] of Object.entries(extra ?? {}))
    headers[`Impersonate-Extra-${headerKey(key)}`] = strings('as-user-extra', values).map((value) =>
      headerValue('extra field', value),
    );
  if (name) headers['Impersonate-User'] = headerValue('user', name);
  else if (Object.keys(headers).length > 0) throw userMissing();
  return headers;
}

function strings(field: string, value: unknown): string[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw invalidField(field, 'user');
}

/** Escapes the key of an extra field for the name of a header. */
function headerKey(key: string): string {
  // A lone surrogate, which encodeURIComponent refuses, becomes the replacement character, as in Go.
  return encodeURIComponent(Buffer.from(key, 'utf8').toString('utf8')).replace(/[()]/g, (sign) =>
    sign === '(' ? '%28' : '%29',
  );
}

/** Returns a value in the form that Node sends as UTF-8: it writes one byte per character. */
function headerValue(what: string, value: string): string {
  if (!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return Buffer.from(value, 'utf8').toString('latin1');
  throw new RegadmError(`cannot impersonate the ${what} ${JSON.stringify(value)}: HTTP headers cannot contain it`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: ['remove the control characters from it'],
  });
}

function userMissing(): RegadmError {
  return new RegadmError('groups, a uid or extra fields are to be impersonated without a user', {
    code: 'KUBECONFIG_INVALID',
    suggestions: [ADVICE.impersonatedUser],
  });
}
