import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { apiRequest } from '../../support/sandbox-client.js';

const PRUNER = '/apis/imageregistry.operator.openshift.io/v1/imagepruners/cluster';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ operator: true });
});
afterEach(() => sandbox.stop());

const change = (spec: object): Promise<unknown> =>
  apiRequest(sandbox, 'PATCH', PRUNER, {
    token: sandbox.tokens.admin,
    body: { spec },
    type: 'application/merge-patch+json',
  });
const cronJob = (): object | undefined => sandbox.store.get('cronjobs', 'openshift-image-registry', 'image-pruner');

test('the CronJob follows the ImagePruner', async () => {
  await change({ suspend: true, schedule: '0 5 * * *' });
  expect(cronJob()).toMatchObject({ metadata: { generation: 2 }, spec: { suspend: true, schedule: '0 5 * * *' } });
  await change({ suspend: false, schedule: '' });
  expect(cronJob()).toMatchObject({ spec: { suspend: false, schedule: '0 0 * * *', concurrencyPolicy: 'Forbid' } });
});

test('a CronJob that was deleted stays deleted', async () => {
  sandbox.store.remove('cronjobs', 'openshift-image-registry', 'image-pruner');
  await change({ suspend: true });
  expect(cronJob()).toBeUndefined();
});
