import { removeBinding } from '../../../src/core/operator/binding.js';
import { readConfig } from '../../../src/core/operator/config.js';
import { requestPodDeletion } from '../../../src/core/operator/delete-pod.js';
import { readDeployment } from '../../../src/core/operator/rollout.js';
import { readRegistryState } from '../../../src/core/operator/state.js';
import type { ApiResponse, ClusterApi } from '../../../src/core/cluster/api.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../support/fake-api.js';

const OF_A_PROXY = aResponse(404, '<html>Not Found</html>');
/** States that exactly the requested object does not exist. */
const OF_THE_SERVER = ({ path }: RecordedRequest): ApiResponse => {
  const [name, kind] = path.split('/').reverse();
  return aResponse(404, {
    kind: 'Status',
    code: 404,
    reason: 'NotFound',
    message: 'not found',
    details: { name, kind },
  });
};
const WITHOUT_THE_API = aResponse(404, '404 page not found\n');

const answering = (response: ApiResponse | typeof OF_THE_SERVER): ClusterApi =>
  fakeApi(typeof response === 'function' ? response : () => response).api;

const READERS: [string, (api: ClusterApi) => Promise<unknown>, string][] = [
  ["the operator's config", readConfig, 'NO_REGISTRY_OPERATOR'],
  ["the registry's Deployment", readDeployment, 'NO_REGISTRY_DEPLOYMENT'],
];

test.each(READERS)('%s is absent only if the server states it', async (_what, read, code) => {
  await expect(read(answering(OF_THE_SERVER))).rejects.toMatchObject({ code });
  await expect(read(answering(WITHOUT_THE_API))).rejects.toMatchObject({ code });
  await expect(read(answering(OF_A_PROXY))).rejects.toMatchObject({ name: 'ApiError', status: 404 });
});

test('the state of the registry names what to look at if a server does not answer', async () => {
  const api = fakeApi(({ path }) => aResponse(path.includes('route.openshift.io') ? 503 : 403)).api;
  const { unavailable, hasNoDeployment } = await readRegistryState(api);
  expect(unavailable).toContainEqual({
    what: 'the routes',
    message: expect.stringMatching(
      /v1\.route\.openshift\.io is not available: .*; see why .*: oc get apiservices v1\.route\.openshift\.io/,
    ) as string,
  });
  expect(unavailable.filter(({ message }) => message.includes('oc '))).toHaveLength(1);
  expect(hasNoDeployment).toBe(false);
});

const DELETIONS: [string, (api: ClusterApi) => Promise<unknown>][] = [
  ['a role binding', (api) => removeBinding(api, 'regadm-hard-prune-1')],
  ['a pod', (api) => requestPodDeletion(api, { name: 'image-registry-1', uid: 'u' })],
];

test.each(DELETIONS)('%s counts as deleted only if the server states it', async (_what, remove) => {
  await expect(remove(answering(OF_THE_SERVER))).resolves.toBeUndefined();
  await expect(remove(answering(OF_A_PROXY))).rejects.toMatchObject({ name: 'ApiError', status: 404 });
});
