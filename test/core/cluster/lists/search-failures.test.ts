import { readEverything } from '../../../../src/core/cluster/lists/all-referrers.js';
import { discoverResources } from '../../../../src/core/cluster/lists/discover-resources.js';
import { defineResource } from '../../../../src/core/cluster/resources.js';
import type { RegadmError } from '../../../../src/core/model/errors.js';
import { aResponse, fakeApi } from '../../../support/fake-api.js';

const TASKS = defineResource('tekton.dev/v1', 'tasks', 'Task');
const ROLLOUTS = defineResource('argoproj.io/v1alpha1', 'rollouts', 'Rollout');
const AWAY = aResponse(503, 'service unavailable');
const FORBIDDEN = aResponse(403, { kind: 'Status', reason: 'Forbidden', message: 'you may not' });

/** Returns the error of a search in which each of these resources is answered with a response. */
async function searching(...answers: [typeof TASKS, ReturnType<typeof aResponse>][]): Promise<RegadmError> {
  const { api } = fakeApi(({ path }) => answers.find(([{ resource }]) => path.includes(`/${resource}`))![1]);
  const resources = answers.map(([resource]) => resource);
  const error: unknown = await readEverything(api, { resources, hosts: [] }, () => undefined, {}).catch(
    (thrown: unknown) => thrown,
  );
  return error as RegadmError;
}

test('an API service that is away is named, with what to look at and how to leave the resource out', async () => {
  const { message, code, suggestions } = await searching([ROLLOUTS, AWAY]);
  expect(message).toMatch(
    /^cannot list rollouts\.argoproj\.io: the API service v1alpha1\.argoproj\.io is not available/,
  );
  expect(code).toBe('API_ERROR');
  expect(suggestions).toEqual([
    'see why it is not available: oc get apiservices v1alpha1.argoproj.io',
    'or skip it: --skip-resource=rollouts.argoproj.io; images that only its objects name are then not kept',
    expect.stringMatching(/--referrers=extended/),
  ]);
});

test('a permission and an API service are both named', async () => {
  const { message, suggestions } = await searching([TASKS, FORBIDDEN], [ROLLOUTS, AWAY]);
  expect(message).toMatch(/^cannot list 2 kinds \(rollouts\.argoproj\.io, tasks\.tekton\.dev\): /);
  expect(message).toContain('the API service v1alpha1.argoproj.io is not available');
  expect(message).toContain('cannot list tasks.tekton.dev: you may not');
  expect(suggestions).toEqual([
    expect.stringMatching(/--resource=tasks\.tekton\.dev && oc adm policy add-cluster-role-to-user /),
    expect.stringMatching(/oc get apiservices v1alpha1\.argoproj\.io$/),
    expect.stringMatching(/--skip-resource=rollouts\.argoproj\.io --skip-resource=tasks\.tekton\.dev;/),
    expect.stringMatching(/--referrers=extended/),
  ]);
});

test('of several resources that fail in the same way, one message is enough', async () => {
  const { message } = await searching([TASKS, FORBIDDEN], [ROLLOUTS, FORBIDDEN]);
  expect(message).toBe(
    'cannot list 2 kinds (rollouts.argoproj.io, tasks.tekton.dev): cannot list rollouts.argoproj.io: you may not',
  );
});

test('a group whose discovery is away can only be skipped as a whole', async () => {
  const group = (name: string, version: string): object => ({
    name,
    versions: [{ groupVersion: `${name}/${version}` }],
  });
  const { api } = fakeApi(({ path }) => {
    if (path === '/api') return aResponse(200, { kind: 'APIVersions', versions: [] });
    if (path === '/apis')
      return aResponse(200, {
        kind: 'APIGroupList',
        groups: [group('argoproj.io', 'v1alpha1'), group('metrics.k8s.io', 'v1beta1')],
      });
    return AWAY;
  });
  await expect(discoverResources(api, ['rollouts.argoproj.io'])).rejects.toMatchObject({
    message: expect.stringContaining('the API service v1alpha1.argoproj.io is not available'),
    suggestions: [
      'see why it is not available: oc get apiservices v1alpha1.argoproj.io',
      "or skip it: --skip-resource='*.argoproj.io'; images that only its objects name are then not kept",
      expect.stringContaining('--referrers=extended'),
    ],
  });
  expect(await discoverResources(api, ['*.argoproj.io'])).toEqual({
    resources: [],
    warnings: ['not searched (--skip-resource): *.argoproj.io; images that only their objects name are not kept'],
  });
});
