import { describePermission, reviewAccess } from '../../../src/core/cluster/access-review.js';
import { aResponse, fakeApi } from '../../support/fake-api.js';

const LIST_PODS = { verb: 'list', group: '', resource: 'pods', namespace: 'dev' };

const review = (status: number, body: unknown) => reviewAccess(fakeApi(() => aResponse(status, body)).api, LIST_PODS);

describe('an access review', () => {
  test('sends the permission and changes nothing', async () => {
    const { api, requests } = fakeApi(() => aResponse(201, { status: { allowed: true } }));
    await reviewAccess(api, LIST_PODS);
    expect(requests).toEqual([
      {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: expect.objectContaining({
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: LIST_PODS },
        }) as object,
      },
    ]);
  });

  test.each([
    [201, { status: { allowed: true } }, 'allowed'],
    [200, { status: { allowed: true } }, 'allowed'],
    [201, { status: { allowed: false } }, 'denied'],
    [201, { status: { allowed: false, denied: true } }, 'denied'],
  ])('status %p with %j: %s', async (status, body, access) => {
    expect(await review(status, body)).toMatchObject({ access, status });
  });

  test.each([403, 404, 405, 501])('status %p: the review is unanswered', async (status) => {
    expect(await review(status, { message: 'no' })).toMatchObject({ access: 'unanswered', status });
  });

  test.each([['not JSON'], [null], [{}], [{ status: {} }], [{ status: { allowed: 'yes' } }]])(
    'a response that states no result counts as unanswered: %j',
    async (body) => {
      expect(await review(201, body)).toMatchObject({ access: 'unanswered' });
    },
  );

  test.each([
    [401, 'UNAUTHORIZED'],
    [500, 'API_ERROR'],
    [503, 'API_ERROR'],
  ])('status %p is an error', async (status, code) => {
    const message = 'cannot check permissions: out of order';
    await expect(review(status, { message: 'out of order' })).rejects.toMatchObject({ code, message });
  });
});

test.each([
  [LIST_PODS, 'list pods in namespace dev'],
  [{ verb: 'create', group: '', resource: 'pods', subresource: 'exec' }, 'create pods/exec'],
  [{ verb: 'get', group: 'a.example.com', resource: 'configs', name: 'c' }, 'get configs.a.example.com/c'],
])('%j is described as %s', (permission, text) => {
  expect(describePermission(permission)).toBe(text);
});
