import type { ClusterApi } from '../../cluster/api.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { attempt, type EdgeCheck } from './check.js';
import { checkHub } from './hub.js';
import { checkLogin, type OpenRegistry } from './login.js';
import { checkConfig, checkImageConfig, checkPods, checkVolume } from './managed.js';
import { checkNode } from './node.js';

export interface VerifyOptions {
  path: string;
  nodeCheck: boolean;
  /** How long the debug pod may take. */
  timeoutMs: number;
  openRegistry: OpenRegistry;
  signal?: AbortSignal;
}

/** Checks of the hub: what the nodes of a managed cluster are installed with. */
export function verifyHub(
  api: ClusterApi,
  cluster: string,
  path: string,
  expected?: IgnitionConfig,
  signal?: AbortSignal,
): Promise<EdgeCheck[]> {
  return attempt('hub', 'ignition-override', () => checkHub(api, { cluster, path, expected }), signal);
}

/** Checks of the managed cluster, one after the other; each is made whatever the others say. */
export async function verifyManaged(
  api: ClusterApi,
  { path, nodeCheck, timeoutMs, openRegistry, signal }: VerifyOptions,
): Promise<EdgeCheck[]> {
  const checks: [EdgeCheck['where'], string, () => Promise<EdgeCheck[]>][] = [
    ['cluster', 'registry-config', () => checkConfig(api)],
    ['cluster', 'image-config', () => checkImageConfig(api)],
    ['cluster', 'claim', () => checkVolume(api, path)],
    ['cluster', 'registry-pods', () => checkPods(api)],
    ['cluster', 'registry-login', () => checkLogin(api, openRegistry)],
    ...(nodeCheck
      ? [
          ['node', 'mount', () => checkNode(api, { path, timeoutMs, signal })] as [
            EdgeCheck['where'],
            string,
            () => Promise<EdgeCheck[]>,
          ],
        ]
      : []),
  ];
  const found: EdgeCheck[] = [];
  for (const [where, name, check] of checks) found.push(...(await attempt(where, name, check, signal)));
  return found;
}
