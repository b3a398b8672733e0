import type { ClusterApi, KubeObject } from '../../core/cluster/api.js';
import type { ClusterOptions } from '../../core/cluster/connection/kubeconfig.js';
import { openCluster } from '../../core/cluster/index.js';
import { listNames } from '../../core/cluster/list-names.js';
import { findIfReadable } from '../../core/cluster/objects.js';
import { IMAGE_STREAMS, NAMESPACES, PROJECTS } from '../../core/cluster/resources.js';
import { isObjectName } from '../../core/model/names/object-name.js';

/** Timeout of a request, in ms. */
const TIMEOUT_MS = 2500;

/**
 * Asks the cluster for the values that can follow: one or two requests that are not repeated.
 * @throws RegadmError, also if the credentials need a terminal
 */
export async function valuesInCluster(
  source: 'namespaces' | 'image-streams',
  typed: string,
  options: ClusterOptions,
): Promise<string[]> {
  const api = await openCluster({ ...options, unattended: true });
  try {
    return source === 'namespaces' ? await namespaces(api) : await imageStreams(api, typed);
  } finally {
    await api.close();
  }
}

/** Returns the projects of the user, who may not list all namespaces; all namespaces of a cluster without projects. */
async function namespaces(api: ClusterApi): Promise<string[]> {
  const options = { timeoutMs: TIMEOUT_MS };
  return (await listNames(api, PROJECTS, options)) ?? (await listNames(api, NAMESPACES, options)) ?? [];
}

/** Completes NAMESPACE/, then NAMESPACE/STREAM, then NAMESPACE/STREAM:TAG. */
async function imageStreams(api: ClusterApi, typed: string): Promise<string[]> {
  const [, namespace, name, colon] = /^([^/:@]*)\/([^/:@]*)(:)?/.exec(typed) ?? [];
  if (namespace === undefined || name === undefined) return (await namespaces(api)).map((each) => `${each}/`);
  if (!isObjectName(namespace) || typed.includes('@')) return [];
  if (colon) return (await tagsOf(api, namespace, name)).map((tag) => `${namespace}/${name}:${tag}`);
  const names = await listNames(api, IMAGE_STREAMS, { namespace, timeoutMs: TIMEOUT_MS });
  return (names ?? []).map((each) => `${namespace}/${each}`);
}

interface Stream extends KubeObject {
  spec?: { tags?: { name?: unknown }[] | null };
  status?: { tags?: { tag?: unknown }[] | null };
}

async function tagsOf(api: ClusterApi, namespace: string, name: string): Promise<string[]> {
  if (!isObjectName(name)) return [];
  const reference = { resource: IMAGE_STREAMS, namespace, name };
  const stream = await findIfReadable<Stream>(api, reference, { timeoutMs: TIMEOUT_MS, retry: false });
  const tags = [
    ...(stream?.spec?.tags ?? []).map((tag) => tag.name),
    ...(stream?.status?.tags ?? []).map(({ tag }) => tag),
  ];
  return [...new Set(tags.filter((tag): tag is string => typeof tag === 'string'))];
}
