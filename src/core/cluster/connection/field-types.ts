import type { KubeConfig } from '@kubernetes/client-node';
import type { RegadmError } from '../../model/errors.js';
import { isAbsent, isRecord } from '../../model/values/json.js';
import { invalidField } from './kubeconfig-source.js';

type Kind = 'string' | 'mapping';
type Part = 'cluster' | 'user' | 'context';

/** The names of client-node for the fields of a kubeconfig, the fields themselves, and what they contain. */
const FIELDS: Record<Part, readonly (readonly [string, string, Kind])[]> = {
  cluster: [
    ['server', 'server', 'string'],
    ['caFile', 'certificate-authority', 'string'],
    ['caData', 'certificate-authority-data', 'string'],
    ['tlsServerName', 'tls-server-name', 'string'],
    ['proxyUrl', 'proxy-url', 'string'],
  ],
  user: [
    ['token', 'token', 'string'],
    ['username', 'username', 'string'],
    ['password', 'password', 'string'],
    ['certFile', 'client-certificate', 'string'],
    ['certData', 'client-certificate-data', 'string'],
    ['keyFile', 'client-key', 'string'],
    ['keyData', 'client-key-data', 'string'],
    ['exec', 'exec', 'mapping'],
    ['authProvider', 'auth-provider', 'mapping'],
  ],
  context: [
    ['cluster', 'cluster', 'string'],
    ['user', 'user', 'string'],
    ['namespace', 'namespace', 'string'],
  ],
};

/**
 * Checks the types of the fields of all entries, because client-node takes them as they are. kubectl refuses a
 * kubeconfig with one field of another type, too.
 * @param file for the remedy
 * @throws RegadmError KUBECONFIG_INVALID that names the field and the entry
 */
export function assertFieldTypes(config: KubeConfig, file: string): void {
  for (const cluster of config.clusters) assertTypes('cluster', cluster, file);
  for (const user of config.users) assertTypes('user', user, file);
  for (const context of config.contexts) assertTypes('context', context, file);
}

function assertTypes(part: Part, entry: { name: string }, file: string): void {
  for (const [property, field, kind] of FIELDS[part]) {
    const value = (entry as unknown as Record<string, unknown>)[property];
    if (isAbsent(value) || (kind === 'string' ? typeof value === 'string' : isRecord(value))) continue;
    throw invalidField(field, `${part} "${entry.name}"`, `it is not a ${kind}`, file);
  }
}

/**
 * Returns the error for a kubeconfig whose types make client-node itself fail; undefined for another failure.
 * client-node only changes the text of `server`.
 */
export function failedTypes(failure: unknown, file: string): RegadmError | undefined {
  if (!(failure instanceof TypeError) || !failure.message.includes('cluster.server.')) return undefined;
  return invalidField('server', 'clusters', 'one of them is not a string', file);
}
