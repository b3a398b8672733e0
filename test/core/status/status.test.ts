import {
  EXTENDED_REFERRERS,
  IMAGES,
  IMAGE_STREAMS,
  LIMIT_RANGES,
  REFERRERS,
  ROUTES,
} from '../../../src/core/cluster/resources.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { registryStatus } from '../../../src/core/status/status.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../support/fake-api.js';

const AWAY = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason: 'ServiceUnavailable',
  message: 'no endpoints',
  code: 503,
};
const LISTS = [IMAGES, IMAGE_STREAMS, LIMIT_RANGES, ROUTES, ...REFERRERS, ...EXTENDED_REFERRERS];
const REQUEST = { revisions: [3], ages: [{ text: '60m', ms: 3_600_000 }] };
const isImages = ({ path }: RecordedRequest): boolean => /\/images(\?|$)/.test(path);

/** Answers every list without objects, except those of an API group that is not available. */
function withoutGroup(group: string): ReturnType<typeof fakeApi> {
  return fakeApi(({ path }) => {
    if (path === '/apis') return aResponse(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
    if (path.includes(group)) return aResponse(503, AWAY);
    const kind = LISTS.find(({ resource }) => path.endsWith(`/${resource}`))?.kind;
    if (kind === undefined) return aResponse(403, { ...AWAY, reason: 'Forbidden', code: 403 });
    const apiVersion = /\/apis\/([^/]+\/[^/]+)\//.exec(path)?.[1] ?? 'v1';
    return aResponse(200, { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items: [] });
  });
}

test('if the image API is not available, one request without retries shows that the space is not known either', async () => {
  const { api, requests } = withoutGroup('image.openshift.io');
  const { unavailable } = (await registryStatus(api, REQUEST, SILENT)).registry;
  const parts = unavailable.filter(({ what }) => /space|prune/.test(what));
  expect(parts.map(({ what }) => what)).toEqual(['what a prune would free', 'who uses the space']);
  for (const { message } of parts)
    expect(message).toMatch(/the API service v1\.image\.openshift\.io is not available.*openshift-apiserver/);
  expect(requests.filter(isImages).map(({ retry }) => retry)).toEqual([undefined, false]);
});

test('if another API is not available, the space is shown', async () => {
  const { api, requests } = withoutGroup('build.openshift.io');
  const { registry, space } = await registryStatus(api, REQUEST, SILENT);
  expect(registry.unavailable.map(({ what }) => what)).toContain('what a prune would free');
  expect(space).toBeDefined();
  expect(requests.filter(isImages)).toHaveLength(3);
});
