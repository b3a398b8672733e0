import type { User } from '@kubernetes/client-node';
import { messageOf, RegadmError } from '../../model/errors.js';
import { isRecord } from '../../model/values/json.js';

/** The fields of a user that client-node does not read. Without them, requests could run with more rights. */
const FIELDS = /as-(?:groups|uid|user-extra)/;

/** A user with the text of the kubeconfig that it comes from, and its name there. */
type SourcedUser = User & { source?: { text: string; name: string } };

/** Headers of requests, by name. A list is sent as several headers. */
export type Headers = Record<string, string | string[]>;

/** Keeps the text of a kubeconfig with its users if it can contain fields that client-node does not read. */
export function keepSource(users: readonly User[] | undefined, text: string): void {
  if (!FIELDS.test(text)) return;
  for (const user of users ?? []) Object.assign(user, { source: { text, name: user.name } });
}

/**
 * Returns the headers for the groups, the uid and the extra fields of the impersonated user. As in kubectl, those of
 * the kubeconfig count only if a user is impersonated, and the given groups replace its groups.
 * @throws RegadmError KUBECONFIG_INVALID if a field has another type, because the request would run with other rights
 */
export async function impersonationHeaders(user: SourcedUser | null, groups: string[] = []): Promise<Headers> {
  const fields = user?.impersonateUser && user.source ? await readFields(user.source) : {};
  const { 'as-groups': ownGroups, 'as-uid': uid, 'as-user-extra': extra } = fields;
  const headers: Headers = {};
  const allGroups = groups.length > 0 ? groups : strings('as-groups', ownGroups);
  if (allGroups.length > 0) headers['Impersonate-Group'] = allGroups;
  const [ownUid] = strings('as-uid', isAbsent(uid) ? [] : [uid]);
  if (ownUid) headers['Impersonate-Uid'] = ownUid;
  if (!isAbsent(extra) && !isRecord(extra)) throw invalid('as-user-extra');
  for (const [key, values] of Object.entries(extra ?? {}))
    headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = strings('as-user-extra', values);
  return headers;
}

type Fields = Record<string, unknown>;

/** Reads the user's fields. The parser is loaded only here, because few kubeconfigs have such fields. */
async function readFields({ text, name }: { text: string; name: string }): Promise<Fields> {
  const { parse } = await import('yaml');
  let config: { users?: { name?: unknown; user?: unknown }[] | null };
  try {
    config = parse(text, { prettyErrors: false, logLevel: 'silent' }) as typeof config;
  } catch (cause) {
    // The parser's message can quote the file with its tokens, so only its first line is shown.
    throw invalid('as', messageOf(cause).split('\n')[0]!.slice(0, 120));
  }
  const found = config.users?.find((entry) => entry.name === name)?.user;
  return isRecord(found) ? found : {};
}

function strings(field: string, value: unknown): string[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw invalid(field);
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function invalid(field: string, reason = 'it has another type'): RegadmError {
  return new RegadmError(`the field ${field} of the kubeconfig's user cannot be read: ${reason}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: ['correct the field, or delete it'],
  });
}
