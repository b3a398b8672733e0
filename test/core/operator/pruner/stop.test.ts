import type { ClusterApi, ExecOutput } from '../../../../src/core/cluster/api.js';
import { stopPruner } from '../../../../src/core/operator/pruner/stop.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../../support/fake-api.js';

const LOCATION = { name: 'image-registry-1', uid: 'uid-1' };

const podList = (...pods: object[]): object => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
const pod = (more: object = {}): object => ({
  metadata: { name: LOCATION.name, uid: LOCATION.uid },
  spec: { containers: [{ name: 'registry' }] },
  status: { phase: 'Running' },
  ...more,
});

/** A cluster that answers lists with `list`; the processes in the pod are those of `processes`. */
function cluster(list: unknown, processes: (number[] | Error)[] = []) {
  let looks = 0;
  const { api, requests } = fakeApi(({ method }: RecordedRequest) =>
    method === 'GET' ? aResponse(200, list) : aResponse(500),
  );
  const exec = async (_target: unknown, _command: string[], output: ExecOutput): Promise<object> => {
    const found = processes[Math.min(looks++, processes.length - 1)]!;
    if (found instanceof Error) throw found;
    output.stdout(Buffer.from([...found, 'done', ''].join('\n')));
    return { exitCode: 0 };
  };
  return { api: Object.assign(api, { exec }) as ClusterApi, requests };
}
const stop = ({ api }: { api: ClusterApi }): Promise<void> => stopPruner(api, LOCATION, () => {});

test('a pruner has ended when no such process is left, or its pod no longer exists', async () => {
  await stop(cluster(podList(pod()), [[17], []]));
  await stop(cluster(podList()));
  await stop(cluster(podList(pod({ metadata: { name: LOCATION.name, uid: 'another' } }))));
  await stop(cluster(podList(pod({ status: { phase: 'Failed' } }))));
});

test('the pod is found by its name and uid, whatever its labels are', async () => {
  const running = cluster(podList(pod()), [[]]);
  await stop(running);
  expect(running.requests).toHaveLength(1);
  expect(running.requests[0]!.query).toMatchObject({
    fieldSelector: 'metadata.name=image-registry-1',
    labelSelector: undefined,
  });
});

test.each([
  ['an empty object', {}],
  ['null', null],
  ['a Status', { kind: 'Status', status: 'Success' }],
  ['a list of another kind', { kind: 'NodeList', items: [] }],
  ['HTML', '<html></html>'],
])('%s instead of a list of pods does not mean that the pruner has ended', async (_what, answer) => {
  await expect(stop(cluster(answer))).rejects.toMatchObject({
    code: 'PRUNER_STILL_RUNNING',
    suggestions: [expect.stringContaining('--recover') as string],
  });
});

test('a pod that cannot be looked into, and cannot be deleted, may still run a pruner', async () => {
  const dead = cluster(podList(pod()), [new Error('no answer')]);
  await expect(stop(dead)).rejects.toMatchObject({ code: 'PRUNER_STILL_RUNNING' });
  expect(dead.requests.at(-1)).toMatchObject({ method: 'DELETE', body: { preconditions: { uid: 'uid-1' } } });
});
