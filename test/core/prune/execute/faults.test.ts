import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FaultAction, RequestInfo } from '../../../../src/sandbox/index.js';
import {
  missingParts,
  stateOf,
  unplannedLosses,
  falseClaims,
  type PruneDocument,
  type State,
} from '../../../support/cluster-checks.js';
import { aScene, pruneInProcess, type Scene } from '../../../support/prune-scene.js';

let plan: PruneDocument;
/** The state of the same cluster after a run without faults. */
let undisturbed: State;
let scene: Scene;
let before: State;
/** Removes all faults. */
let calm: boolean;

beforeAll(async () => {
  const twin = await aScene();
  plan = (await pruneInProcess(twin, { dryRun: true })).document;
  const { document } = await pruneInProcess(twin);
  expect(document.summary.failed).toBe(0);
  undisturbed = stateOf(twin.sandbox);
  await twin.sandbox.stop();
});
beforeEach(async () => {
  calm = false;
  scene = await aScene();
  before = stateOf(scene.sandbox);
});
afterEach(() => scene.sandbox.stop());

/** The checks after every fault. */
async function afterwards(document: PruneDocument): Promise<void> {
  const { sandbox } = scene;
  const planned = plan.images.map(({ name }) => name);
  expect(missingParts(sandbox, planned)).toEqual([]);
  expect(unplannedLosses(before, stateOf(sandbox), plan)).toEqual([]);
  expect(falseClaims(document, before, sandbox)).toEqual([]);
  sandbox.clearFaults();
  calm = true;
  const again = await pruneInProcess(scene);
  expect(again.document.failures).toEqual([]);
  expect(stateOf(sandbox)).toEqual(undisturbed);
}

/** Applies a fault to a number of matching requests, starting with the `first` one. */
function disturb(
  is: RegExp,
  action: FaultAction,
  { first = 1, times = Infinity }: { first?: number; times?: number } = {},
): void {
  let count = 0;
  scene.sandbox.onRequest(({ method, path }: RequestInfo) => {
    if (calm || !is.test(`${method} ${path}`)) return;
    count++;
    return count >= first && count < first + times ? action : undefined;
  });
}

describe('after temporary faults, the run has done everything', () => {
  test.each<[string, () => void]>([
    [
      'a storm of conflicts on one stream',
      () =>
        disturb(
          /^PUT .*\/shop\/.*\/web\/status|^PUT .*\/imagestreams\/web\/status/,
          { do: 'status', status: 409 },
          { times: 8 },
        ),
    ],
    ['429 with Retry-After', () => scene.sandbox.addFault('* . every=25 => 429 retry-after=1')],
    ['a burst of 500', () => disturb(/^DELETE \/(v2|admin)/, { do: 'status', status: 500 }, { first: 8, times: 1 })],
    ['a burst of 502', () => disturb(/^(PUT|DELETE) /, { do: 'status', status: 502 }, { first: 6, times: 8 })],
    ['a burst of 503', () => disturb(/./, { do: 'status', status: 503 }, { first: 70, times: 8 })],
    ['connections that are reset', () => scene.sandbox.addFault('* . every=9 => reset')],
    ['answers that are cut', () => scene.sandbox.addFault('GET ^/apis?/ every=7 => cut')],
    ['answers that are lost although it happened', () => scene.sandbox.addFault('PUT,DELETE . every=3 => after=reset')],
    ['answers to updates that are lost, as a 503', () => scene.sandbox.addFault('PUT . every=2 => after=503')],
  ])('%s', async (_what, begin) => {
    begin();
    const { document } = await pruneInProcess(scene);
    expect(document.failures).toEqual([]);
    expect(stateOf(scene.sandbox)).toEqual(undisturbed);
    expect(document.summary).toMatchObject({
      images: plan.summary.images,
      blobs: plan.summary.blobs,
      imageStreamTagItems: plan.summary.imageStreamTagItems,
    });
    await afterwards(document);
  });
});

describe('lasting faults keep what depends on the failed object, and the next run finishes', () => {
  test.each<[string, () => void]>([
    [
      'one stream cannot be updated',
      () => disturb(/^PUT .*\/imagestreams\/web\/status/, { do: 'status', status: 422 }),
    ],
    ['one stream cannot be read', () => disturb(/^GET .*\/imagestreams\/api$/, { do: 'status', status: 403 })],
    [
      'a layer link cannot be removed',
      () => disturb(/^DELETE \/v2\/shop\/api\/blobs/, { do: 'status', status: 400 }, { times: 1 }),
    ],
    [
      'no manifest link can be removed',
      () => disturb(/^DELETE \/v2\/[^/]+\/[^/]+\/manifests/, { do: 'status', status: 405 }),
    ],
    [
      'a blob cannot be removed',
      () => disturb(/^DELETE \/admin/, { do: 'status', status: 400 }, { first: 4, times: 1 }),
    ],
    [
      'an image cannot be removed',
      () => disturb(/^DELETE .*\/images\//, { do: 'status', status: 403 }, { first: 2, times: 1 }),
    ],
    [
      'a first image cannot be removed: an index',
      () => disturb(/^DELETE .*\/images\//, { do: 'status', status: 403 }, { times: 1 }),
    ],
    ['every update of the annotation fails', () => disturb(/^PUT /, { do: 'status', status: 403 }, { first: 5 })],
  ])('%s', async (_what, begin) => {
    begin();
    const { document } = await pruneInProcess(scene);
    expect(document.summary.failed).toBeGreaterThan(0);
    await afterwards(document);
  });
});

test('an index whose blob cannot be deleted is kept with its children', async () => {
  const at = scene.indexes.findIndex((name) => plan.images.some((image) => image.name === name));
  disturb(new RegExp(`^DELETE /admin/blobs/${scene.indexes[at]}`), { do: 'status', status: 400 });
  const { document } = await pruneInProcess(scene);
  expect(document.images.find(({ name }) => name === scene.indexes[at])).toMatchObject({ status: 'failed' });
  for (const child of scene.children[at]!) {
    expect(document.images.find(({ name }) => name === child)).toMatchObject({ status: 'skipped' });
  }
  expect(
    missingParts(
      scene.sandbox,
      plan.images.map(({ name }) => name).filter((name) => name !== scene.indexes[at]),
    ),
  ).toEqual([]);
  await afterwards(document);
});

test('the audit log has failed requests, too, because the server can have executed them', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'regadm-audit-'));
  const auditLog = path.join(dir, 'audit.jsonl');
  disturb(/^DELETE \/admin/, { do: 'status', status: 400 }, { first: 4, times: 1 });
  disturb(/^PUT .*\/imagestreams\/api\/status/, { do: 'status', status: 422 });
  const { document } = await pruneInProcess(scene, { request: { auditLog } });
  const lines = readFileSync(auditLog, 'utf8').trimEnd().split('\n');
  rmSync(dir, { recursive: true });
  const failed = lines
    .map((line) => JSON.parse(line) as { result?: string; message: string })
    .filter(({ result }) => result === 'failed');
  expect(failed.map(({ message }) => message).sort()).toEqual(document.failures.map(({ message }) => message).sort());
  expect(failed).toHaveLength(2);
});

/** The requests of an execution. The first matching request of the registry belongs to the preflight. */
const ONE_REQUEST: [string, RegExp, number][] = [
  ['layer link', /^DELETE \/v2\/.*\/blobs\//, 3],
  ['manifest link', /^DELETE \/v2\/.*\/manifests\//, 1],
  ['blob', /^DELETE \/admin\/blobs\//, 3],
  ['image', /^DELETE .*\/images\//, 1],
  ['image stream', /^PUT .*\/imagestreams\/web\/status$/, 1],
];

test.each(ONE_REQUEST.flatMap(([what, is, first]) => [401, 403].map((status) => [what, status, is, first] as const)))(
  'a single %s that is answered %i does not end the run for the others',
  async (_what, status, is, first) => {
    disturb(is, { do: 'status', status }, { first, times: 1 });
    const { document } = await pruneInProcess(scene);
    expect(document.failures).toHaveLength(1);
    const statuses = document.images.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'deleted').length).toBeGreaterThan(plan.images.length / 2);
    expect(document.failures[0]!.target).not.toBe('the run');
    await afterwards(document);
  },
);

test('when the API server rejects 20 deletions in a row, the run ends and skips the others', async () => {
  const loose = Array.from(
    { length: 40 },
    (_, at) =>
      scene.sandbox.registry.push('ops/batch', undefined, {
        created: '2025-01-01T00:00:00Z',
        layers: ['base', `loose ${at}`],
      }).digest,
  );
  before = stateOf(scene.sandbox);
  disturb(/^DELETE .*\/images\//, { do: 'status', status: 403 });
  const { document } = await pruneInProcess(scene);
  const statusOf = new Map(document.images.map(({ name, status }) => [name, status]));
  const statuses = loose.map((name) => statusOf.get(name));
  expect(statuses.filter((status) => status === 'failed').length).toBeLessThan(30);
  expect(statuses.filter((status) => status === 'skipped').length).toBeGreaterThan(10);
  expect(document.failures.map(({ message }) => message).join('\n')).toContain('20 consecutive requests failed');
  expect(falseClaims(document, before, scene.sandbox)).toEqual([]);
  expect(
    missingParts(
      scene.sandbox,
      document.images.map(({ name }) => name),
    ),
  ).toEqual([]);
});
