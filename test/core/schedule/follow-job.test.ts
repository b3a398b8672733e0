import type { ApiRequestOptions, ClusterApi, KubeObject } from '../../../src/core/cluster/api.js';
import { followJob } from '../../../src/core/schedule/follow-job.js';
import type { Run } from '../../../src/core/schedule/report.js';
import { aResponse } from '../../support/fake-api.js';

const NAMESPACE = 'openshift-image-registry';
const WAITING = { waiting: { reason: 'PodInitializing' } };

interface State {
  phase: string;
  init: object[];
  last: object;
  /** The condition that ends the Job. */
  end?: 'Complete' | 'Failed';
}

function aPod({ phase, init, last }: State): KubeObject {
  const names = ['prune-builds', 'prune-deployments'];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'job-1-abcde', namespace: NAMESPACE, uid: 'u' },
    spec: { initContainers: names.map((name) => ({ name })), containers: [{ name: 'regadm-image-pruner' }] },
    status: {
      phase,
      initContainerStatuses: init.map((state, at) => ({ name: names[at], restartCount: 0, state })),
      containerStatuses: [{ name: 'regadm-image-pruner', restartCount: 0, state: last }],
    },
  };
}

/** Follows a job that takes the next state with each read; the log of a container is its name. */
async function follow(states: State[]): Promise<{ run: Run; log: string; progress: string[] }> {
  let at = -1;
  const state = (): State => states[Math.min(at, states.length - 1)]!;
  const respond = (path: string) => {
    if (path.endsWith('/pods'))
      return { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '1' }, items: [aPod(state())] };
    at++;
    const { end } = state();
    const status = end ? { conditions: [{ type: end, status: 'True', message: 'it ended' }] } : {};
    return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job-1', namespace: NAMESPACE }, status };
  };
  const api: Pick<ClusterApi, 'server' | 'request' | 'stream'> = {
    server: 'https://api.example.com',
    request: async (_method, path) => aResponse(200, respond(path)),
    stream: async (_path, { query }: ApiRequestOptions = {}) => ({
      headers: {},
      chunks: (async function* () {
        yield Buffer.from(`${String(query?.container)}\n`);
      })(),
      close: () => {},
    }),
  };
  let log = '';
  const progress: string[] = [];
  const run = await followJob(
    api as ClusterApi,
    { name: 'job-1', cronJob: 'regadm-image-pruner' },
    {
      log: (chunk) => (log += chunk.toString()),
      heading: (text) => (log += `# ${text}\n`),
      progress: (text) => progress.push(text),
      signal: new AbortController().signal,
    },
  );
  return { run, log, progress };
}

const logOf = (container: string): string => `# log of container ${container}:\n${container}\n`;
const ALL = ['prune-builds', 'prune-deployments', 'regadm-image-pruner'].map(logOf).join('');
const DONE = { terminated: { exitCode: 0 } };
const RUNNING = { running: {} };

test('the logs of init containers come first, in order, without duplicates', async () => {
  const { run, log } = await follow([
    { phase: 'Pending', init: [RUNNING, WAITING], last: WAITING },
    { phase: 'Pending', init: [DONE, WAITING], last: WAITING },
    { phase: 'Pending', init: [DONE, RUNNING], last: WAITING },
    { phase: 'Running', init: [DONE, DONE], last: RUNNING },
    { phase: 'Succeeded', init: [DONE, DONE], last: DONE, end: 'Complete' },
  ]);
  expect(log).toBe(ALL);
  expect(run.status).toBe('succeeded');
});

test('a job that has already ended shows the logs of all containers', async () => {
  const { log } = await follow([{ phase: 'Failed', init: [DONE, DONE], last: DONE, end: 'Failed' }]);
  expect(log).toBe(ALL);
});

test('after an init container was killed, the others have no log', async () => {
  const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  const { run, log } = await follow([
    { phase: 'Pending', init: [RUNNING, WAITING], last: WAITING },
    { phase: 'Failed', init: [killed, WAITING], last: WAITING, end: 'Failed' },
  ]);
  expect(log).toBe(logOf('prune-builds'));
  expect(run).toMatchObject({ status: 'failed', message: 'it ended' });
});

test('an init container that cannot start is shown', async () => {
  const pull = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } };
  const { progress } = await follow([
    { phase: 'Pending', init: [pull, WAITING], last: WAITING },
    { phase: 'Failed', init: [pull, WAITING], last: WAITING, end: 'Failed' },
  ]);
  expect(progress).toEqual(['job job-1: pod job-1-abcde Pending (ImagePullBackOff: no such image)']);
});
