import type { ApiRequestOptions, ApiResponse, ClusterApi, KubeObject } from '../../../../src/core/cluster/api.js';
import { BoundedApi } from '../../../../src/core/cluster/bounded-api.js';
import { runOnNode } from '../../../../src/core/edge/verify/debug-pod.js';
import { TimeLimit } from '../../../../src/core/edge/verify/time-limit.js';

/**
 * A cluster that has only pods; `intercept` is called with each request before the response, and can set its status.
 */
class PodCluster {
  readonly pods = new Map<string, KubeObject>();
  readonly requests: string[] = [];
  log = 'output of the command';

  constructor(private readonly intercept: (method: string, cluster: PodCluster) => number | void = () => {}) {}

  get api(): ClusterApi {
    const request = (method: string, path: string, options?: ApiRequestOptions): Promise<ApiResponse> =>
      this.answer(method, path, options);
    const get = async (path: string, options?: ApiRequestOptions): Promise<unknown> =>
      (await request('GET', path, options)).json();
    return { request, get } as unknown as ClusterApi;
  }

  private async answer(method: string, path: string, options: ApiRequestOptions = {}): Promise<ApiResponse> {
    options.signal?.throwIfAborted();
    const name = path.split('/')[6] ?? '';
    this.requests.push(`${method} ${name.replace(/[0-9a-f]{8}$/, 'X')}${path.endsWith('/log') ? ' log' : ''}`.trim());
    const status = this.intercept(method, this);
    if (method === 'POST') {
      const pod = options.body as KubeObject;
      this.pods.set(pod.metadata.name, { status: { phase: 'Succeeded' }, ...pod });
      return respond(status ?? 201, pod);
    }
    if (method === 'DELETE') return respond(status ?? (this.pods.delete(name) ? 200 : 404), {});
    if (path.endsWith('/log')) return respond(status ?? 200, this.log);
    return respond(
      status ?? 200,
      name ? this.pods.get(name) : { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...this.pods.values()] },
    );
  }
}

const NOW = 'Sat, 28 Nov 2026 12:00:00 GMT';

function respond(status: number, value: unknown): ApiResponse {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
  const headers = { date: NOW };
  return { request: 'GET /', status, headers, body: Buffer.from(text), json: <T>() => JSON.parse(text) as T };
}

const limit = new TimeLimit(600_000);
afterAll(() => limit.clear());
const OPTIONS = {
  ...{ node: 'node-1', image: 'registry@sha256:abc', command: ['df'], limit },
  warning: (text: string): void => void warnings.push(text),
};
let warnings: string[] = [];
beforeEach(() => (warnings = []));

test('runs the pod on the node, returns its output, and deletes it', async () => {
  const cluster = new PodCluster();
  let created: KubeObject | undefined;
  const api = cluster.api;
  const { request } = api;
  api.request = (method, path, options) => {
    if (method === 'POST') created = options!.body as KubeObject;
    return request(method, path, options);
  };
  expect(await runOnNode(api, OPTIONS)).toBe('output of the command');
  expect(created).toMatchObject({
    metadata: { namespace: 'openshift-image-registry', labels: { 'app.kubernetes.io/managed-by': 'regadm' } },
    spec: {
      nodeName: 'node-1',
      restartPolicy: 'Never',
      activeDeadlineSeconds: 300,
      automountServiceAccountToken: false,
      containers: [
        {
          image: 'registry@sha256:abc',
          command: ['chroot', '/host', 'df'],
          securityContext: { privileged: true },
          volumeMounts: [{ mountPath: '/host', readOnly: true }],
        },
      ],
    },
  });
  expect(cluster.requests).toEqual([
    'GET',
    'POST',
    'GET regadm-node-check-X',
    'GET regadm-node-check-X log',
    'DELETE regadm-node-check-X',
  ]);
  expect(cluster.pods.size).toBe(0);
});

test.each([
  ['the creation is refused', 'POST', 403],
  ['the answer to the creation is lost', 'POST', 503],
])('deletes the pod even if %s', async (_, method, status) => {
  const cluster = new PodCluster((asked) => (asked === method ? status : undefined));
  await expect(runOnNode(cluster.api, OPTIONS)).rejects.toThrow('cannot create pods/regadm-node-check-');
  expect(cluster.requests.at(-1)).toBe('DELETE regadm-node-check-X');
  expect(cluster.pods.size).toBe(0);
});

test('reports why the pod failed, and deletes it', async () => {
  const cluster = new PodCluster((method, { pods }) => {
    const status = {
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { reason: 'Error', message: 'chroot: not permitted' } } }],
    };
    if (method === 'GET') for (const [name, pod] of pods) pods.set(name, { ...pod, status });
  });
  await expect(runOnNode(cluster.api, OPTIONS)).rejects.toThrow(
    'the debug pod failed: Failed Error chroot: not permitted',
  );
  expect(cluster.pods.size).toBe(0);
});

/** A time limit that ends when a test ends it. */
function endedBy(controller: AbortController): TimeLimit {
  const { signal } = controller;
  return {
    signal,
    get isOver() {
      return signal.aborted;
    },
    bound: (api: ClusterApi) => new BoundedApi(api, signal),
  } as unknown as TimeLimit;
}

test('deletes a pod that does not start in time, also if the time of all checks is over', async () => {
  const controller = new AbortController();
  const cluster = new PodCluster((method, { pods, requests }) => {
    const status = { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] };
    if (method === 'GET') for (const [name, pod] of pods) pods.set(name, { ...pod, status });
    if (requests.filter((request) => request === 'GET regadm-node-check-X').length === 2) controller.abort();
  });
  await expect(runOnNode(cluster.api, { ...OPTIONS, limit: endedBy(controller) })).rejects.toThrow(
    'the debug pod has not ended in time: Pending ImagePullBackOff',
  );
  expect(cluster.pods.size).toBe(0);
  expect(warnings).toEqual([]);
});

test('deletes the pod after an interruption', async () => {
  const controller = new AbortController();
  const cluster = new PodCluster((method) => {
    if (method === 'POST') controller.abort(new Error('interrupted'));
  });
  const interrupted = new TimeLimit(60_000, controller.signal);
  await expect(runOnNode(cluster.api, { ...OPTIONS, limit: interrupted })).rejects.toThrow('interrupted');
  interrupted.clear();
  expect(cluster.pods.size).toBe(0);
});

test('warns of a pod that it cannot delete after the end of the run', async () => {
  const controller = new AbortController();
  const cluster = new PodCluster((method) => {
    if (method === 'POST') controller.abort();
    return method === 'DELETE' ? 403 : undefined;
  });
  await expect(runOnNode(cluster.api, { ...OPTIONS, limit: endedBy(controller) })).rejects.toThrow('cannot delete');
  expect(warnings).toEqual([
    expect.stringMatching(
      /^cannot delete pods\/(\S+) .*; delete it manually: oc -n openshift-image-registry delete pod \1$/,
    ),
  ]);
});

test('deletes the ended pods of killed runs, but not pods that can belong to another run', async () => {
  const cluster = new PodCluster();
  const pod = (name: string, phase: string, time: string, annotations = {}): void => {
    const creationTimestamp = `2026-11-28T${time}Z`;
    cluster.pods.set(name, { metadata: { name, creationTimestamp, annotations }, status: { phase } });
  };
  pod('regadm-node-check-00000004', 'Succeeded', '11:00:01', { 'regadm/needed-seconds': '3600' });
  pod('regadm-node-check-00000005', 'Succeeded', '10:59:59', { 'regadm/needed-seconds': '3600' });
  pod('regadm-node-check-00000001', 'Failed', '11:49:59');
  pod('regadm-node-check-00000002', 'Succeeded', '11:50:01');
  pod('regadm-node-check-00000003', 'Running', '10:00:00');
  await runOnNode(cluster.api, OPTIONS);
  expect([...cluster.pods.keys()].sort()).toEqual(['2', '3', '4'].map((n) => `regadm-node-check-0000000${n}`));
});

test('reports that the pod could not be deleted', async () => {
  const cluster = new PodCluster((method) => (method === 'DELETE' ? 403 : undefined));
  await expect(runOnNode(cluster.api, OPTIONS)).rejects.toMatchObject({
    message: expect.stringContaining('cannot delete pods/regadm-node-check-') as string,
    suggestions: expect.arrayContaining([expect.stringContaining('delete the debug pod manually')]) as string[],
  });
});
