import { apiError } from '../../../src/core/cluster/api-error.js';
import type { ApiResponse } from '../../../src/core/cluster/api.js';

function forbidden(request: string, details?: object): ApiResponse {
  const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', details, code: 403 };
  const text = JSON.stringify(body);
  return { status: 403, headers: {}, body: Buffer.from(text), text, request, json: <T>() => body as T } as ApiResponse;
}

test.each([
  [
    'PATCH /apis/imageregistry.operator.openshift.io/v1/configs/cluster',
    'patch configs.imageregistry.operator.openshift.io',
  ],
  [
    'GET /apis/route.openshift.io/v1/namespaces/openshift-image-registry/routes?limit=500',
    'list routes.route.openshift.io',
  ],
])('the remedy of a 403 to %s names the permission and a role that has it', (request, permission) => {
  const { suggestions } = apiError(forbidden(request));
  expect(suggestions).toEqual([
    expect.stringContaining(`the permission to ${permission}: the cluster role cluster-admin`),
  ]);
});

test('the remedy of a 403 about images is the role of pruners', () => {
  expect(apiError(forbidden('GET /apis/image.openshift.io/v1/images')).suggestions.join()).toContain(
    'add-cluster-role-to-user system:image-pruner',
  );
});

test.each(['controllerrevisions?limit=500', 'namespaces/shop/controllerrevisions'])(
  'the remedy of a 403 to %s is a role of its own, because the role of pruners lacks it',
  (path) => {
    expect(apiError(forbidden(`GET /apis/apps/v1/${path}`)).suggestions).toEqual([
      expect.stringContaining('oc create clusterrole regadm-referrers --verb=list --resource=controllerrevisions.apps'),
    ]);
  },
);
