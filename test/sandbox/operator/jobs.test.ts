import { startSandbox } from '../../../src/sandbox/index.js';
import { apiRequest } from '../../support/sandbox-client.js';

const NAMESPACE = 'openshift-image-registry';

test.each([
  ['succeeds', [], { succeeded: 1 }, /^Deleted 2 objects[\s\S]*\nSummary: deleted 1 images.*\n$/],
  ['fails', ['job-fails'], { failed: 1 }, /\nerror: timed out waiting for the registry\n$/],
])('a job runs, writes its log and %s', async (_outcome, fail, status, log) => {
  const sandbox = await startSandbox({ rolloutStepMs: 'manual', fail });
  const token = sandbox.tokens.admin;
  const template = { spec: { containers: [{ name: 'main', image: 'x' }] } };
  const body = { metadata: { generateName: 'image-pruner-' }, spec: { template } };
  const created = await apiRequest(sandbox, 'POST', `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`, { token, body });
  const { name } = created.json<{ metadata: { name: string } }>().metadata;
  sandbox.rollout.step();
  const [pod] = sandbox.store.list('pods', NAMESPACE).filter(({ metadata }) => metadata.labels?.['job-name'] === name);
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod!.metadata.name}/log?follow=true`;
  const followed = apiRequest(sandbox, 'GET', path, { token });
  sandbox.rollout.finish();
  expect((await followed).body).toMatch(log);
  expect(sandbox.store.get('jobs', NAMESPACE, name)!.status).toMatchObject(status);
  await sandbox.stop();
});

test('init containers run one after the other, before the container', async () => {
  const sandbox = await startSandbox({ rolloutStepMs: 'manual' });
  const token = sandbox.tokens.admin;
  const container = (name: string): object => ({ name, image: 'x' });
  const spec = { initContainers: [container('first'), container('second')], containers: [container('main')] };
  const body = { metadata: { name: 'nightly' }, spec: { template: { spec: { restartPolicy: 'Never', ...spec } } } };
  await apiRequest(sandbox, 'POST', `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`, { token, body });
  sandbox.rollout.step();
  const pod = (): Pod => sandbox.store.list('pods', NAMESPACE).find(isOfJob)! as unknown as Pod;
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod().metadata.name}/log`;
  const log = async (query: string): Promise<[number, string]> => {
    const response = await apiRequest(sandbox, 'GET', path + query, { token });
    return [response.status, response.body];
  };
  const waiting = (name: string): unknown => [
    400,
    expect.stringContaining(
      `container \\"${name}\\" in pod \\"${pod().metadata.name}\\" is waiting to start: PodInitializing`,
    ),
  ];
  const states: string[] = [];
  for (let step = 0; step < 4; step++) {
    sandbox.rollout.step();
    const { phase, initContainerStatuses, containerStatuses } = pod().status;
    const shown = [...initContainerStatuses, ...containerStatuses].map(({ state }) => Object.keys(state)[0]);
    states.push(`${phase}: ${shown.join(' ')}`);
    expect(await log('')).toEqual(step < 3 ? waiting('main') : [200, '']);
    if (step < 2) expect(await log('?container=second')).toEqual(waiting('second'));
  }
  expect(states).toEqual([
    'Pending: running waiting waiting',
    'Pending: terminated waiting waiting',
    'Pending: terminated running waiting',
    'Pending: terminated terminated waiting',
  ]);
  sandbox.rollout.finish();
  expect(await log('?container=first&follow=true')).toEqual([200, 'Nothing to prune\n']);
  expect(await log('')).toEqual([200, expect.stringContaining('Summary: deleted 1 images')]);
  expect(await log('?container=none')).toEqual([400, expect.stringContaining('container none is not valid for pod')]);
  expect(sandbox.store.get('jobs', NAMESPACE, 'nightly')!.status).toMatchObject({ succeeded: 1 });
  await sandbox.stop();
});

interface Pod {
  metadata: { name: string };
  status: { phase: string; initContainerStatuses: { state: object }[]; containerStatuses: { state: object }[] };
}

function isOfJob({ metadata }: { metadata: { labels?: Record<string, string> } }): boolean {
  return metadata.labels?.['job-name'] === 'nightly';
}
