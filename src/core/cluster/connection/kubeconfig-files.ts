import { KubeConfig } from '@kubernetes/client-node';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { isRecord } from '../../model/values/json.js';
import { assertFieldTypes, failedTypes } from './field-types.js';
import { keepSource } from './kubeconfig-source.js';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Maximum bytes of a kubeconfig: that of thousands of clusters has a few MiB. */
const KUBECONFIG_BYTES = 16 * 1024 * 1024;
/** Bytes of a kubeconfig that are read at once. */
const CHUNK_BYTES = 64 * 1024;
/** The parser's own errors for other values, such as `null`, name its variables. */
const NOT_A_KUBECONFIG = 'it does not have the form of a kubeconfig';

/** Selects a kubeconfig. */
interface KubeconfigChoice {
  /** Path of the kubeconfig. */
  kubeconfig?: string;
  /** Content of a kubeconfig; takes precedence over a path. */
  kubeconfigText?: string;
}

/**
 * Reads the kubeconfig that options, the environment or the pod select; undefined if there is none.
 * @param root prefix for the path of the service account's files
 * @throws RegadmError KUBECONFIG_MISSING, KUBECONFIG_INVALID if a file cannot be read
 */
export function findConfig(options: KubeconfigChoice, env: NodeJS.ProcessEnv, root: string): KubeConfig | undefined {
  if (options.kubeconfigText !== undefined) return parse('kubeconfig', options.kubeconfigText);
  if (options.kubeconfig !== undefined) return readFile(options.kubeconfig);
  const listed = filesIn(env);
  const present = (listed.length > 0 ? listed : [path.join(homedir(), '.kube', 'config')]).filter((file) =>
    existsSync(file),
  );
  if (present.length > 0) return merge(present.map((file) => readFile(file)));
  if (!env.KUBERNETES_SERVICE_HOST || !existsSync(`${root}${SERVICE_ACCOUNT}/token`)) return undefined;
  const config = new KubeConfig();
  config.loadFromCluster(root);
  return config;
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
      suggestions: [ADVICE.existingKubeconfig],
      cause,
    });
  }
  const dir = path.dirname(path.resolve(file));
  const config = parse(file, text, dir);
  config.makePathsAbsolute(dir);
  return config;
}

/** Reads a file, also a pipe or a device, which can be endless. @throws Error if it is larger than a kubeconfig */
function readBounded(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const read = readSync(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (length > KUBECONFIG_BYTES) throw new Error(`it is larger than ${KUBECONFIG_BYTES / 1024 / 1024} MiB`);
    }
  } finally {
    closeSync(descriptor);
  }
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
    const wrongTypes = failedTypes(cause);
    if (wrongTypes) throw wrongTypes;
    // The parser's message can quote the file with its tokens, so only its first line is shown.
    const reason = cause instanceof TypeError ? NOT_A_KUBECONFIG : messageOf(cause).split('\n')[0]!.slice(0, 120);
    throw new RegadmError(`the kubeconfig ${name} cannot be parsed: ${reason}`, {
      code: 'KUBECONFIG_INVALID',
      suggestions: ['repair the file, or create a new one with oc login'],
      cause: undefined,
    });
  }
  assertFieldTypes(config);
  return config;
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
