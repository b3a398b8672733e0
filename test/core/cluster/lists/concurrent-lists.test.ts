import { setImmediate as turn } from 'node:timers/promises';
import type { ApiResponse } from '../../../../src/core/cluster/api.js';
import { readList } from '../../../../src/core/cluster/lists/list.js';
import { LongLists } from '../../../../src/core/cluster/lists/long-lists.js';
import { OBJECT_PARSER } from '../../../../src/core/cluster/lists/page.js';
import { readSnapshot } from '../../../../src/core/cluster/lists/read-snapshot.js';
import { REFERRERS } from '../../../../src/core/cluster/resources.js';
import { aResponse, fakeApi } from '../../../support/fake-api.js';

const LONG = ['pods', 'replicasets', 'builds', 'images', 'imagestreams'];
const KINDS: Record<string, string> = {
  images: 'Image',
  imagestreams: 'ImageStream',
  pods: 'Pod',
  replicasets: 'ReplicaSet',
  builds: 'Build',
  replicationcontrollers: 'ReplicationController',
  deploymentconfigs: 'DeploymentConfig',
  deployments: 'Deployment',
  daemonsets: 'DaemonSet',
  statefulsets: 'StatefulSet',
  controllerrevisions: 'ControllerRevision',
  jobs: 'Job',
  cronjobs: 'CronJob',
  buildconfigs: 'BuildConfig',
  limitranges: 'LimitRange',
};

/** Answers list requests only when the test allows it. Some lists have two pages. */
function heldServer() {
  const held: { name: string; isFirst: boolean; answer: () => void }[] = [];
  const { api } = fakeApi(() => aResponse(404));
  api.request = async (_method, path, { query } = {}) => {
    const name = path.split('/').at(-1)!;
    if (!(name in KINDS)) return aResponse(200, { groups: [] });
    const isFirst = query?.continue === undefined;
    const response = pageOf(path, name, isFirst);
    await new Promise<void>((resolve) => held.push({ name, isFirst, answer: resolve }));
    return response;
  };
  return { api, held };
}

function pageOf(path: string, name: string, isFirst: boolean): ApiResponse {
  const apiVersion = path.replace(/^\/apis?\//, '').replace(/\/[^/]+$/, '');
  const more = isFirst && LONG.includes(name) ? { continue: 'more' } : {};
  return aResponse(200, {
    kind: `${KINDS[name]}List`,
    apiVersion,
    metadata: { resourceVersion: '7', ...more },
    items: [],
  });
}

/** Lets everything run that waits for no answer. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await turn();
}

describe('lists that are read at the same time', () => {
  it('are six; further pages are read of the images and of two others', async () => {
    const { api, held } = heldServer();
    const reading = readSnapshot(api, { withoutCustomKinds: true });
    const seen: string[] = [];
    let mostPages = 0;
    let most = 0;
    await settle();
    for (; held.length > 0; await settle()) {
      const further = held.filter(({ isFirst }) => !isFirst);
      mostPages = Math.max(mostPages, further.length);
      most = Math.max(most, held.length);
      // First pages first: whatever may ask for a further page then does.
      const next = held.find(({ isFirst }) => isFirst) ?? held[0]!;
      held.splice(held.indexOf(next), 1);
      seen.push(next.name);
      next.answer();
    }
    const { resourceVersions } = await reading;
    expect(most).toBe(6);
    expect(mostPages).toBe(3);
    expect(resourceVersions.size).toBe(Object.keys(KINDS).length);
    for (const name of LONG) expect(seen.filter((each) => each === name)).toHaveLength(2);
  });

  it('are read again at once if a token expires while a list waits for its turn', async () => {
    const lists = new LongLists(1);
    const { api, held } = heldServer();
    const request = api.request.bind(api);
    let isExpired = true;
    api.request = async (...given) => {
      const response = await request(...given);
      if (!given[1].endsWith('/pods') || given[2]?.query?.continue === undefined || !isExpired) return response;
      isExpired = false;
      return aResponse(410, { kind: 'Status', reason: 'Expired' });
    };
    const sink = { parser: OBJECT_PARSER, take: () => {}, restart: () => {} };
    const [pods, builds] = ['pods', 'builds'].map((name) => REFERRERS.find(({ resource }) => resource === name)!);
    const first = readList(api, builds!, sink, { longLists: lists });
    await settle();
    held.shift()!.answer();
    await settle();
    const second = readList(api, pods!, sink, { longLists: lists });
    await settle();
    const [further, waiting] = held.splice(0);
    waiting!.answer();
    await settle();
    expect(held).toEqual([]);
    further!.answer();
    await first;
    const third = readList(api, builds!, sink, { longLists: lists });
    await settle();
    // The second page of pods, with the expired token, and the first one of builds.
    for (const { answer } of held.splice(0)) answer();
    await settle();
    // Pods are read from the beginning; builds wait.
    expect(held.map(({ name, isFirst }) => `${name} ${isFirst}`)).toEqual(['pods true']);
    held.shift()!.answer();
    await settle();
    expect(held.map(({ name, isFirst }) => `${name} ${isFirst}`)).toEqual(['pods false']);
    held.shift()!.answer();
    await second;
    await settle();
    held.shift()!.answer();
    await third;
  });

  it('end when one of them fails while others wait for their turn', async () => {
    const { api, held } = heldServer();
    const request = api.request.bind(api);
    api.request = async (...given) => {
      const response = await request(...given);
      if (given[2]?.query?.continue !== undefined) throw new Error('the connection was closed');
      return response;
    };
    const reading = readSnapshot(api, { withoutCustomKinds: true });
    reading.catch(() => {});
    await settle();
    for (const { answer } of held.splice(0)) answer();
    await settle();
    for (const { answer } of held.splice(0)) answer();
    await expect(reading).rejects.toThrow('the connection was closed');
  });
});
