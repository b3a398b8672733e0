import { parse } from 'yaml';
import { ADVICE } from '../../model/advice.js';
import { assertShallow } from '../../kit/yaml-depth.js';
import { RegadmError } from '../../model/errors.js';
import { isRecord } from '../../model/values/json.js';

/** Maximum length of a kubeconfig that a cluster provides, in characters. Real ones have about 10,000. */
const MAX_LENGTH = 64 * 1024;

/**
 * Fields that would run a command, read a file or redirect the connection on this machine, or without which requests
 * would run as another user or fail, by part of the kubeconfig.
 */
const REFUSED = {
  cluster: ['certificate-authority', 'proxy-url', 'insecure-skip-tls-verify'],
  user: [
    ...['exec', 'auth-provider', 'tokenFile', 'token-file', 'client-certificate', 'client-key'],
    ...['as', 'as-groups', 'as-uid', 'as-user-extra', 'username', 'password'],
  ],
};
/** The only fields that are taken from such a kubeconfig. */
const TAKEN = {
  cluster: ['server', 'certificate-authority-data', 'tls-server-name'],
  user: ['token', 'client-certificate-data', 'client-key-data'],
} as const;

type Fields = Record<string, unknown>;
type Part = keyof typeof REFUSED;

/**
 * Reduces a kubeconfig that comes from a cluster, e.g. from a secret, to the current context's server and inline
 * credentials. A user who can write the secret must not be able to run commands or read files on the administrator's
 * machine, so all other fields are refused or dropped.
 * @param source what the text was read from, for errors, e.g. `secret sno/sno-admin-kubeconfig`
 * @returns a kubeconfig as JSON
 * @throws RegadmError KUBECONFIG_INVALID that names the source and the field, never a value
 */
export function inlineKubeconfig(text: string, source: string): string {
  const config = parseConfig(text, source);
  const context = entry(config, 'contexts', 'context', config['current-context']);
  if (!context) throw invalid(source, 'its current context does not exist');
  const cluster = entry(config, 'clusters', 'cluster', context.cluster);
  const user = entry(config, 'users', 'user', context.user);
  if (!cluster || !user) throw invalid(source, 'its current context names a cluster or user that does not exist');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: take('cluster', cluster, source) }],
    users: [{ name: 'user', user: take('user', user, source) }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  });
}

function parseConfig(text: string, source: string): Fields {
  if (text.length > MAX_LENGTH) throw invalid(source, `it is longer than ${MAX_LENGTH} characters`);
  try {
    assertShallow(text);
    const config = parse(text, { maxAliasCount: 0, prettyErrors: false, logLevel: 'silent' }) as unknown;
    if (isRecord(config)) return config;
  } catch {
    // The parser's message can quote the text, which contains credentials.
  }
  throw invalid(source, 'it is not a YAML mapping');
}

/** Finds the named entry of one of the three lists of a kubeconfig. */
function entry(config: Fields, list: string, field: string, name: unknown): Fields | undefined {
  const entries = Array.isArray(config[list]) ? (config[list] as unknown[]) : [];
  const found = entries.filter(isRecord).find((candidate) => candidate.name === name);
  return found && isRecord(found[field]) ? found[field] : undefined;
}

function take(part: Part, fields: Fields, source: string): Fields {
  const refused = REFUSED[part].find((name) => Object.hasOwn(fields, name) && fields[name] !== false);
  if (refused) throw invalid(source, `its ${part} has the field ${refused}, which is not used from a cluster's data`);
  const taken = TAKEN[part].filter((name) => Object.hasOwn(fields, name));
  const wrong = taken.find((name) => typeof fields[name] !== 'string');
  if (wrong) throw invalid(source, `the field ${wrong} of its ${part} is not a string`);
  return Object.fromEntries(taken.map((name) => [name, fields[name]]));
}

function invalid(source: string, problem: string): RegadmError {
  return new RegadmError(`the kubeconfig in ${source} cannot be used: ${problem}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: [
      'it can hold the server, its certificate authority as data, and a token or client certificate as data',
      ADVICE.ownKubeconfig,
    ],
  });
}
