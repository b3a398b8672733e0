import { REGISTRY_CLAIM, REGISTRY_NAMESPACE, REGISTRY_PATH } from '../names.js';
import { condition } from '../operator/conditions.js';
import { startSandbox } from '../start.js';
import type { Sandbox, SandboxOptions } from '../types.js';
import type { ClusterFaults } from './faults.js';
import { SilentServer } from './silent-server.js';
import type { ManagedCluster } from './types.js';

/** A port that refuses connections: no program listens on the port of the TCP multiplexer. */
const REFUSING_URL = 'https://127.0.0.1:1';

/** A managed cluster that can be stopped. */
export interface RunningCluster extends ManagedCluster {
  stop(): Promise<void>;
}

/** Starts a managed cluster, whose registry is on a local volume, with its faults. */
export async function startManagedCluster(
  name: string,
  { states, rules }: ClusterFaults,
  options: SandboxOptions,
): Promise<RunningCluster> {
  const expired = states.has('certificate-expired');
  const loginRefused = states.has('login-refused') ? ['GET ^/v2/ => 401'] : [];
  const sandbox = await startSandbox({
    ...options,
    operator: true,
    fail: [...loginRefused, ...rules],
    apiCertificate: expired ? 'expired' : 'good',
  });
  const silence = states.has('silent') ? new SilentServer() : undefined;
  const stop = async (): Promise<void> => void (await Promise.all([sandbox.stop(), silence?.stop()]));
  try {
    useLocalVolume(sandbox);
    if (states.has('claim-unbound')) releaseClaim(sandbox);
    if (states.has('pods-not-ready')) failPods(sandbox);
    const apiUrl = (await silence?.listen()) ?? (states.has('unreachable') ? REFUSING_URL : sandbox.apiUrl);
    return { name, sandbox, apiUrl, silence, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function useLocalVolume({ store }: Sandbox): void {
  const volume = store.get('persistentvolumes', REGISTRY_CLAIM)!;
  store.put('persistentvolumes', { ...volume, spec: { ...volume.spec, local: { path: REGISTRY_PATH } } });
}

function releaseClaim({ store }: Sandbox): void {
  const claim = store.get('persistentvolumeclaims', REGISTRY_NAMESPACE, REGISTRY_CLAIM)!;
  const volume = store.get('persistentvolumes', REGISTRY_CLAIM)!;
  const without = (spec: object | undefined, key: string): object => ({ ...spec, [key]: undefined });
  const claimSpec = without(claim.spec, 'volumeName');
  store.put('persistentvolumeclaims', { ...claim, spec: claimSpec, status: { phase: 'Pending' } });
  const volumeSpec = without(volume.spec, 'claimRef');
  store.put('persistentvolumes', { ...volume, spec: volumeSpec, status: { phase: 'Available' } });
}

/** Makes the registry's pods unready permanently. */
function failPods(sandbox: Sandbox): void {
  sandbox.addFault('rollout-stuck');
  const { store, rollout } = sandbox;
  for (const pod of store.list('pods', REGISTRY_NAMESPACE)) {
    const conditions = [condition('ContainersReady', false), condition('Ready', false)];
    store.put('pods', { ...pod, status: { ...pod.status, conditions } });
  }
  rollout.finish();
}
