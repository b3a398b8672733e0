import { RegadmError, messageOf } from '../../model/errors.js';
import { isRecord } from '../../model/values/json.js';

/** Fields that client-node does not read. Without them, requests could run as another user, or fail. */
const FIELDS = /as-(?:groups|uid|user-extra)|tokenFile|provideClusterInfo/;

/** A cluster or user of a kubeconfig, with the text that it comes from. */
export interface Sourced {
  source?: { text: string; name: string; dir: string };
}

/** A cluster, user or context, which can have another name in the configuration of client-node. */
export interface Named {
  name: string;
  /** The name for users; null if it has none. */
  shownName?: string | null;
}

/** A user whose credentials are replaced by a token that was given. */
export interface Credential {
  hasGivenToken?: boolean;
}

/** Returns the name of a cluster, user or context for users: as in the kubeconfig, or what it is. */
export function shownName(entry: Named | null | undefined): string | undefined {
  return entry?.shownName === undefined ? entry?.name : (entry.shownName ?? undefined);
}

/** The fields of a cluster or user, as the kubeconfig has them. */
type Fields = Record<string, unknown>;

/**
 * Keeps the text of a kubeconfig with its entries if it can contain fields that client-node does not read.
 * @param dir directory of the file, to which paths in it are relative
 */
export function keepSource(entries: readonly { name: string }[] | undefined, text: string, dir: string): void {
  if (!FIELDS.test(text)) return;
  for (const entry of entries ?? []) Object.assign(entry, { source: { text, name: entry.name, dir } });
}

/**
 * Reads the fields of an entry from the text that was kept. The parser is loaded only here, because few kubeconfigs
 * have such fields.
 * @returns no fields if no text was kept
 * @throws RegadmError KUBECONFIG_INVALID
 */
export async function sourceFields(entry: Sourced | null, part: 'user' | 'cluster'): Promise<Fields> {
  if (!entry?.source) return {};
  const { text, name } = entry.source;
  const { parse } = await import('yaml');
  let config: Record<string, unknown>;
  try {
    config = parse(text, { prettyErrors: false, logLevel: 'silent' }) as typeof config;
  } catch (cause) {
    // The parser's message can quote the file with its tokens, so only its first line is shown.
    throw invalidField('as', part, messageOf(cause).split('\n')[0]!.slice(0, 120));
  }
  const entries = config[`${part}s`];
  const found: unknown = Array.isArray(entries) ? entries.find((one) => isRecord(one) && one.name === name) : undefined;
  const fields = isRecord(found) ? found[part] : undefined;
  return isRecord(fields) ? fields : {};
}

/**
 * Creates the error for a field that cannot be used: requests would run with other rights, or to another server.
 * @param part such as `user`, or `user "alice"`
 * @param file that has the field, if it is known
 */
export function invalidField(field: string, part: string, reason = 'it has another type', file?: string): RegadmError {
  return new RegadmError(`the field ${field} of the kubeconfig's ${part} cannot be read: ${reason}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [`correct the field${file === undefined ? '' : ` in ${file}`}, or delete it`],
  });
}
