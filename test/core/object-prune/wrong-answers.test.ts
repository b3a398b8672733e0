import { BUILD_PRUNE } from '../../../src/core/builds/feature.js';
import { BUILDS } from '../../../src/core/cluster/resources.js';
import { deploymentPrune } from '../../../src/core/deployments/feature.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { toObjectPrunePorts } from '../../../src/core/object-prune/connect.js';
import { toExitStatus } from '../../../src/core/object-prune/exit-status.js';
import type { ObjectPruneFeature } from '../../../src/core/object-prune/feature.js';
import { pruneObjects } from '../../../src/core/object-prune/prune-objects.js';
import type { ObjectPruneReport } from '../../../src/core/object-prune/report.js';
import type { ApiResponse } from '../../../src/core/cluster/api.js';
import { aBuild, anOwner, aReplicaSet } from '../../support/object-builders.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../support/fake-api.js';

/** What an API server answers if it does not know the resource; a proxy or a server that starts can send it, too. */
const UNKNOWN_RESOURCE = {
  kind: 'Status',
  status: 'Failure',
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
  code: 404,
};
const FORBIDDEN = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: 'no', code: 403 };

const listOf = (kind: string, items: KubeObject[]): unknown => ({
  kind: `${kind}List`,
  apiVersion: kind === 'ReplicaSet' || kind === 'Deployment' ? 'apps/v1' : 'build.openshift.io/v1',
  metadata: { resourceVersion: '1' },
  items,
});

type Answers = (request: RecordedRequest) => ApiResponse | undefined;

async function prune(
  answers: Answers,
  feature: ObjectPruneFeature,
  options: { namespace?: string; orphans?: boolean } = {},
): Promise<{ report: ObjectPruneReport; requests: RecordedRequest[] }> {
  const { api, requests } = fakeApi((request) => {
    const review = request.path.includes('selfsubjectaccessreviews');
    return answers(request) ?? aResponse(201, review ? { status: { allowed: true } } : {});
  });
  const request = {
    options: {
      keepYoungerThanMs: 0,
      keepComplete: 0,
      keepFailed: 0,
      orphans: options.orphans ?? false,
      rules: 'safe' as const,
      replicaSets: true,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    },
    keepYoungerThan: '0s',
    workers: 1,
  };
  const report = await pruneObjects(
    { feature, ports: toObjectPrunePorts(api), request },
    SILENT,
    new AbortController().signal,
  );
  return { report, requests };
}

const isList = (path: string, resource: string): boolean => new RegExp(`/${resource}(?:\\?|$)`).test(path);
const deletesIn = (requests: RecordedRequest[]): RecordedRequest[] =>
  requests.filter(({ method }) => method === 'DELETE');
const served = (name: string, kind: string): ApiResponse =>
  aResponse(200, {
    kind: 'APIResourceList',
    groupVersion: 'build.openshift.io/v1',
    resources: [{ name, kind, namespaced: true }],
  });

test('a build is not gone because one answer says that the resource is unknown', async () => {
  const { report } = await prune(({ path }) => {
    if (isList(path, 'builds')) return aResponse(200, listOf('Build', [aBuild('dev/app-1')]));
    if (isList(path, 'buildconfigs')) return aResponse(200, listOf('BuildConfig', [anOwner('dev/app')]));
    if (path.endsWith('/builds/app-1')) return aResponse(404, UNKNOWN_RESOURCE);
    return path === '/apis/build.openshift.io/v1' ? served('builds', 'Build') : undefined;
  }, BUILD_PRUNE);
  expect(report.statuses).toEqual([{ status: 'failed', message: expect.stringContaining('could not find') as string }]);
  expect(toExitStatus(report, false)).toBe(3);
});

test('an orphan is kept if one answer says that the resource of its owner is unknown', async () => {
  const { report, requests } = await prune(
    ({ path }) => {
      if (isList(path, 'builds')) return aResponse(200, listOf('Build', [aBuild('dev/app-1')]));
      if (isList(path, 'buildconfigs')) return aResponse(200, listOf('BuildConfig', []));
      if (path.endsWith('/builds/app-1'))
        return aResponse(200, { kind: 'Build', apiVersion: 'build.openshift.io/v1', ...aBuild('dev/app-1') });
      if (path.endsWith('/buildconfigs/app')) return aResponse(404, UNKNOWN_RESOURCE);
      return path === '/apis/build.openshift.io/v1' ? served('buildconfigs', 'BuildConfig') : undefined;
    },
    BUILD_PRUNE,
    { orphans: true },
  );
  expect(report.statuses[0]).toMatchObject({ status: 'failed' });
  expect(deletesIn(requests)).toEqual([]);
});

test('with --namespace, a list with objects of another namespace is an error', async () => {
  const answers: Answers = ({ path }) =>
    isList(path, 'builds') ? aResponse(200, listOf('Build', [aBuild('dev/app-1')])) : undefined;
  await expect(prune(answers, BUILD_PRUNE, { namespace: 'shop' })).rejects.toThrow('an object of namespace dev');
});

test('a BuildConfig of another namespace that may not be read keeps its builds, and is a failure', async () => {
  const build = aBuild('dev/app-1', { status: { config: { namespace: 'ci', name: 'app' } } });
  const { report, requests } = await prune(
    ({ path }) => {
      if (isList(path, 'builds')) return aResponse(200, listOf('Build', [build]));
      if (isList(path, 'buildconfigs')) return aResponse(200, listOf('BuildConfig', []));
      return path.endsWith('/buildconfigs/app') ? aResponse(403, FORBIDDEN) : undefined;
    },
    BUILD_PRUNE,
    { namespace: 'dev', orphans: true },
  );
  expect(report.failures).toEqual([
    {
      target: 'BuildConfig ci/app',
      message: expect.stringContaining('its builds in namespace dev are kept') as string,
      suggestions: [expect.stringContaining('--verb=list,get --resource=buildconfigs.build.openshift.io') as string],
    },
  ]);
  expect(toExitStatus(report, false)).toBe(3);
  expect(deletesIn(requests)).toEqual([]);
});

test('a deletion that is forbidden names the missing permission, not the role of image pruners', async () => {
  const object = { kind: 'Build', apiVersion: 'build.openshift.io/v1', ...aBuild('dev/app-1') };
  const { report } = await prune(({ path, method }) => {
    if (method === 'DELETE') return aResponse(403, FORBIDDEN);
    if (isList(path, 'builds')) return aResponse(200, listOf('Build', [aBuild('dev/app-1')]));
    if (isList(path, 'buildconfigs')) return aResponse(200, listOf('BuildConfig', [anOwner('dev/app')]));
    return path.endsWith('/builds/app-1') ? aResponse(200, object) : undefined;
  }, BUILD_PRUNE);
  expect(report.failures[0]?.suggestions).toEqual([
    expect.stringContaining(`--verb=list,get,delete --resource=${BUILDS.resource}.${BUILDS.group}`) as string,
  ]);
});

test('a replica set is kept if the newest one of its Deployment no longer exists', async () => {
  const [old, newest] = [aReplicaSet('dev/web-1'), aReplicaSet('dev/web-2')];
  const { report, requests } = await prune(({ path }) => {
    if (isList(path, 'replicationcontrollers'))
      return aResponse(200, {
        kind: 'ReplicationControllerList',
        apiVersion: 'v1',
        metadata: { resourceVersion: '1' },
        items: [],
      });
    if (isList(path, 'deploymentconfigs'))
      return aResponse(200, {
        kind: 'DeploymentConfigList',
        apiVersion: 'apps.openshift.io/v1',
        metadata: { resourceVersion: '1' },
        items: [],
      });
    if (isList(path, 'replicasets')) return aResponse(200, listOf('ReplicaSet', [old, newest]));
    if (isList(path, 'deployments')) return aResponse(200, listOf('Deployment', [anOwner('dev/web')]));
    if (path.endsWith('/replicasets/web-1'))
      return aResponse(200, { kind: 'ReplicaSet', apiVersion: 'apps/v1', ...old });
    if (!path.endsWith('/replicasets/web-2')) return undefined;
    const details = { name: 'web-2', group: 'apps', kind: 'replicasets' };
    return aResponse(404, { ...UNKNOWN_RESOURCE, message: 'replicasets.apps "web-2" not found', details });
  }, deploymentPrune(true));
  expect(report.statuses).toEqual([
    { status: 'skipped', reason: expect.stringContaining('ReplicaSet dev/web-2, the newest one') as string },
  ]);
  expect(deletesIn(requests)).toEqual([]);
});
