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
