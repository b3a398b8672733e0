import { KubeConfig } from '@kubernetes/client-node';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { RegadmError, messageOf } from '../../model/errors.js';
import { KUBECONFIG_ADVICE } from '../../model/kubeconfig-advice.js';
import { isRecord } from '../../model/values/json.js';
import { assertFieldTypes, failedTypes } from './field-types.js';
import { keepSource, type Named } from './kubeconfig-source.js';
import { readBounded } from './read-bounded.js';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The parser's own errors for other values, such as `null`, name its variables. */
const NOT_A_KUBECONFIG = 'it does not have the form of a kubeconfig';

/** Selects a kubeconfig. */
interface KubeconfigChoice {
  /** Path of the kubeconfig. */
  kubeconfig?: string;
  /** Content of a kubeconfig; takes precedence over a path. */
  kubeconfigText?: string;
}

/** A kubeconfig and the files that it comes from, which errors name. */
interface FoundConfig {
  config: KubeConfig;
  files: string[];
}

/**
 * Reads the kubeconfig that options, the environment or the pod select; undefined if there is none.
 * @param root prefix for the path of the service account's files
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID if a file cannot be read
 */
export function findConfig(options: KubeconfigChoice, env: NodeJS.ProcessEnv, root: string): FoundConfig | undefined {
  if (options.kubeconfigText !== undefined) return { config: parse('kubeconfig', options.kubeconfigText), files: [] };
  if (options.kubeconfig !== undefined) return { config: readFile(options.kubeconfig), files: [options.kubeconfig] };
  const listed = filesIn(env);
  const present = (listed.length > 0 ? listed : [path.join(homedir(), '.kube', 'config')]).filter((file) =>
    existsSync(file),
  );
  if (present.length > 0) return { config: merge(present.map((file) => readFile(file))), files: present };
  if (!env.KUBERNETES_SERVICE_HOST || !existsSync(`${root}${SERVICE_ACCOUNT}/token`)) return undefined;
  const config = new KubeConfig();
  config.loadFromCluster(root);
  nameForUsers(config.users[0], "the pod's service account");
  nameForUsers(config.contexts[0], null);
  return { config, files: [] };
}

function nameForUsers(entry: object | undefined, name: string | null): void {
  const named: Pick<Named, 'shownName'> = { shownName: name };
  Object.assign(entry ?? {}, named);
}

/** Returns the files that KUBECONFIG lists. */
export function filesIn({ KUBECONFIG = '' }: NodeJS.ProcessEnv): string[] {
  return KUBECONFIG.split(path.delimiter).filter(Boolean);
}

function readFile(file: string): KubeConfig {
  let text: string;
  try {
    text = readBounded(file);
  } catch (cause) {
    throw new RegadmError(`cannot read the kubeconfig ${file}: ${messageOf(cause)}`, {
      code: 'KUBECONFIG_MISSING',
      suggestions: [KUBECONFIG_ADVICE.existing],
      cause,
    });
  }
  const dir = path.dirname(path.resolve(file));
  const config = parse(file, text, dir);
  config.makePathsAbsolute(dir);
  return config;
}

function parse(name: string, text: string, dir = ''): KubeConfig {
  if (text.trim() === '') return emptyConfig();
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
    keepSource(config.users, text, dir);
    keepSource(config.clusters, text, dir);
    for (const { exec } of config.users) resolveCommand(exec as unknown, dir);
  } catch (cause) {
    const wrongTypes = failedTypes(cause, name);
    if (wrongTypes) throw wrongTypes;
    throw unparsable(name, cause instanceof TypeError ? NOT_A_KUBECONFIG : parserReason(messageOf(cause)));
  }
  if (isEmpty(config) && !MAY_BE_EMPTY.test(text)) throw unparsable(name, NOT_A_KUBECONFIG);
  assertFieldTypes(config, name);
  return config;
}

/** A kubeconfig without entries, as `oc config unset` leaves it. Other files have no entries either. */
const MAY_BE_EMPTY = /^\s*\{\s*\}\s*$|["']?\bkind["']?\s*:\s*["']?Config\b/;

function isEmpty({ clusters, users, contexts, currentContext }: KubeConfig): boolean {
  return !currentContext && [clusters, users, contexts].every((entries) => (entries ?? []).length === 0);
}

/** Returns the first line of the parser's message, whose others quote the file with its tokens. */
function parserReason(message: string): string {
  const [line = ''] = message.split('\n');
  return line.slice(0, 120).replace(/\((\d+):(\d+)\)$/, '(line $1, column $2)');
}

function unparsable(name: string, reason: string): RegadmError {
  return new RegadmError(`the kubeconfig ${name} cannot be parsed: ${reason}`, {
    code: 'KUBECONFIG_INVALID',
    suggestions: ['repair the file, or create a new one with oc login'],
  });
}

/** Resolves the relative path of an exec plugin against the kubeconfig's directory. A name is found on the PATH. */
function resolveCommand(plugin: unknown, dir: string): void {
  if (!isRecord(plugin) || typeof plugin.command !== 'string' || !plugin.command.includes('/')) return;
  plugin.command = path.resolve(dir, plugin.command);
}

/** Returns a configuration that names nothing. */
export function emptyConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: undefined });
  return config;
}

/** Merges kubeconfigs. Of entries with the same name, the first file wins, as in kubectl. */
function merge(configs: KubeConfig[]): KubeConfig {
  const firstOf = <T extends { name: string }>(lists: (T[] | undefined)[]): T[] => {
    const named = new Map<string, T>();
    for (const entry of lists.flatMap((list) => list ?? [])) if (!named.has(entry.name)) named.set(entry.name, entry);
    return [...named.values()];
  };
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: firstOf(configs.map((config) => config.clusters)),
    users: firstOf(configs.map((config) => config.users)),
    contexts: firstOf(configs.map((config) => config.contexts)),
    currentContext: configs.map((config) => config.currentContext).find(Boolean),
  });
  return merged;
}
