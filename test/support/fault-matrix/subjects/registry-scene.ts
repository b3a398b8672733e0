import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.js';
import { isReadOnlyEnvironment, isReady } from '../../../../src/core/operator/pods.js';
import { guardedState } from '../../guarded.js';
import { HOST } from '../../prune-scene.js';
import { filesBelow } from '../../storage-tree.js';

const OLD = '2025-01-01T00:00:00Z';
const NAMESPACE = 'openshift-image-registry';

/**
 * Starts a cluster with the registry's operator, whose lists have several pages. In the registry's storage are images
 * in use, an image without an Image object, and a repository without an image stream.
 * @param indexes adds an image index
 */
export async function aRegistryScene({ indexes = false, fail = [] as string[] } = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    cluster: {},
    operator: true,
    storage: 'files',
    pageLimitMax: 2,
    rolloutStepMs: 1,
    fail,
  });
  const { store, registry } = sandbox;
  for (const key of ['shop/web', 'shop/api', 'ops/batch', 'old/gone']) addStream(sandbox, key);
  const push = (repository: string, tag: string | undefined, content: object): string =>
    registry.push(repository, tag, { created: OLD, ...content }).digest;
  for (const repository of ['shop/web', 'shop/api', 'ops/batch'])
    for (const revision of [1, 2])
      push(repository, 'latest', {
        layers: ['base', `${repository} ${revision}`],
        config: { author: `${repository} ${revision}` },
      });
  const orphans = [1, 2, 3].map((at) => push('shop/web', undefined, { layers: ['base', `orphan ${at}`] }));
  const gone = push('old/gone', 'latest', { layers: ['base', 'gone'] });
  for (const digest of [...orphans, gone]) store.remove('images', digest);
  store.remove('imagestreams', 'old', 'gone');
  if (indexes) {
    const children = ['amd64', 'arm64'].map((architecture) =>
      push('shop/api', undefined, { layers: [`os ${architecture}`], config: { architecture } }),
    );
    push('shop/api', 'multi', { manifests: children });
  }
  return sandbox;
}

function addStream({ store }: Sandbox, key: string): void {
  const [namespace, name] = key.split('/');
  store.put('imagestreams', {
    metadata: { namespace, name, creationTimestamp: OLD },
    spec: {},
    status: { dockerImageRepository: `${HOST}/${key}` },
  });
}

/** Switches the registry to read-only mode, as the operator does. */
export function makeReadOnly({ store, rollout }: Sandbox): void {
  const config = store.get('configs', 'cluster')!;
  store.put('configs', { ...config, spec: { ...config.spec, readOnly: true } });
  rollout.finish();
}

/** A pod of the registry. */
interface Pod {
  uid: string;
  name: string;
  readOnly: boolean;
  ready: boolean;
  terminating: boolean;
}

/** Lists the registry's pods. */
export function podsOf({ store }: Sandbox): Pod[] {
  const pods = store.list('pods', NAMESPACE).filter(({ metadata }) => metadata.labels?.['docker-registry']);
  return pods.map(({ metadata, spec, status }) => ({
    uid: metadata.uid!,
    name: metadata.name,
    readOnly: isReadOnlyEnvironment(spec),
    ready: isReady({ metadata, status }),
    terminating: metadata.deletionTimestamp !== undefined,
  }));
}

/** The registry's mode and storage, and what a hard prune changes for a while. */
export interface RegistryState {
  guarded: object;
  pods: Pick<Pod, 'readOnly' | 'ready' | 'terminating'>[];
  files: string[];
}

/** Returns the state of the registry. */
export function registryState(sandbox: Sandbox): RegistryState {
  return {
    guarded: guardedState(sandbox),
    pods: podsOf(sandbox).map(({ readOnly, ready, terminating }) => ({ readOnly, ready, terminating })),
    files: filesBelow(sandbox.storageDir),
  };
}
