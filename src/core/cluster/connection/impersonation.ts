import type { User } from '@kubernetes/client-node';
import { isAbsent, isRecord } from '../../model/values/json.js';
import { invalidField, sourceFields, type Sourced } from './kubeconfig-source.js';

/** Headers of requests, by name. A list is sent as several headers. */
export type Headers = Record<string, string | string[]>;

/**
 * Returns the headers for the groups, the uid and the extra fields of the impersonated user. As in kubectl, those of
 * the kubeconfig count only if a user is impersonated, and the given groups replace its groups.
 * @throws RegadmError KUBECONFIG_INVALID if a field has another type, because the request would run with other rights
 */
export async function impersonationHeaders(user: (User & Sourced) | null, groups: string[] = []): Promise<Headers> {
  const fields = user?.impersonateUser ? await sourceFields(user, 'user') : {};
  const { 'as-groups': ownGroups, 'as-uid': uid, 'as-user-extra': extra } = fields;
  const headers: Headers = {};
  const allGroups = groups.length > 0 ? groups : strings('as-groups', ownGroups);
  if (allGroups.length > 0) headers['Impersonate-Group'] = allGroups;
  const [ownUid] = strings('as-uid', isAbsent(uid) ? [] : [uid]);
  if (ownUid) headers['Impersonate-Uid'] = ownUid;
  if (!isAbsent(extra) && !isRecord(extra)) throw invalidField('as-user-extra', 'user');
  for (const [key, values] of Object.entries(extra ?? {}))
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = strings('as-user-extra', values);
  return headers;
}

function strings(field: string, value: unknown): string[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw invalidField(field, 'user');
}
