import { assertPermissions } from '../../../src/core/operator/permissions.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';

const GET = { verb: 'get', group: '', resource: 'pods' };
const LIST = { ...GET, verb: 'list' };

interface Review {
  spec: { resourceAttributes: { verb: string } };
}

test('names each denied permission once, and nothing else', async () => {
  const { api, requests } = fakeApi(({ body }) =>
    aResponse(201, { status: { allowed: (body as Review).spec.resourceAttributes.verb === 'list' } }),
  );
  await expect(assertPermissions(api, [GET, LIST, GET])).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: 'missing permission: get pods',
  });
  expect(requests).toHaveLength(2);
});

test.each([403, 404, 405, 501])('continues if the API server answers %p, which states no result', async (status) => {
  await assertPermissions(fakeApi(() => aResponse(status)).api, [GET]);
});

test.each([401, 500])('fails when the API server answers %p', async (status) => {
  await expect(assertPermissions(fakeApi(() => aResponse(status)).api, [GET])).rejects.toMatchObject({ status });
});
