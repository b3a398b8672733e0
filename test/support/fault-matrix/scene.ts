import type { KubeObject } from '../../../src/sandbox/index.js';
import { aScene, HOST, type Scene } from '../prune-scene.js';

/** Objects per list. The last one, on the second page, is the only user of an old image. */
const OBJECTS = 5;
const OLD = '2025-01-01T00:00:00Z';

/** Makes an object of a workload kind that uses an image. */
const WORKLOADS: Record<string, (image: string) => Record<string, unknown>> = {
  pods: (image) => ({ spec: podSpec(image), status: { phase: 'Running' } }),
  replicationcontrollers: template,
  deploymentconfigs: template,
  replicasets: template,
  deployments: template,
  daemonsets: template,
  statefulsets: template,
  jobs: template,
  cronjobs: (image) => ({ spec: { jobTemplate: template(image) } }),
  builds: strategy,
  buildconfigs: strategy,
};

function podSpec(image: string): object {
  return { containers: [{ name: 'main', image }] };
}

function template(image: string): Record<string, unknown> {
  return { spec: { template: { spec: podSpec(image) } } };
}

function strategy(image: string): Record<string, unknown> {
  return {
    spec: { strategy: { type: 'Docker', dockerStrategy: { from: { kind: 'DockerImage', name: image } } } },
    status: { phase: 'Complete' },
  };
}

/** Starts a cluster whose lists have two pages each, and in which every kind of workload alone keeps an old image. */
export async function aPagedScene(): Promise<Scene> {
  const scene = await aScene({ pageLimitMax: OBJECTS - 1 });
  const { store, registry } = scene.sandbox;
  store.put('imagestreams', {
    metadata: { namespace: 'uses', name: 'app', creationTimestamp: OLD },
    spec: {},
    status: { dockerImageRepository: `${HOST}/uses/app` },
  });
  for (const [resource, object] of Object.entries(WORKLOADS)) {
    const push = (content: string): string =>
      registry.push('uses/app', resource, { created: OLD, layers: ['base', `${resource} ${content}`] }).digest;
    const used = push('in use');
    push('current');
    for (let at = 1; at <= OBJECTS; at++) {
      const image = at < OBJECTS ? 'registry.example.org/other/image:1' : `${HOST}/uses/app@${used}`;
      const metadata = { namespace: 'uses', name: `${resource}-${at}`, creationTimestamp: OLD };
      store.put(resource, { metadata, ...object(image) } as unknown as KubeObject);
    }
  }
  return scene;
}
