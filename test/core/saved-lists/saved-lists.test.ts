import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { planFromFiles } from '../../../src/core/prune/index.js';
import { readSavedLists } from '../../../src/core/saved-lists/saved-lists.js';
import type { ImagePruneReport } from '../../../src/core/prune/report.js';
import { regadm } from '../../support/regadm.js';
import { aPod, digest, pruneOptions } from '../../support/builders.js';
import { HOST, item, KINDS, NAMES, REFERRERS, savedLists } from '../../support/saved-lists.js';

let dir: string;
beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'regadm-from-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  writeFileSync(path.join(dir, file), text);
};

/** The ways in which administrators save lists. */
const LAYOUTS: Record<string, () => void> = {
  'oc get RESOURCE -A -o json': () => {
    for (const [resource, objects] of Object.entries(savedLists()))
      write(
        `${resource}.json`,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'List',
          items: objects.map((object) => item(resource, object)),
          metadata: {},
        }),
      );
  },
  'oc get --raw': () => {
    for (const [resource, items] of Object.entries(savedLists()))
      write(`${resource}.json`, JSON.stringify({ kind: `${KINDS[resource]}List`, metadata: {}, items }));
  },
  'oc get RESOURCE -A -o yaml': () => {
    for (const [resource, objects] of Object.entries(savedLists()))
      write(
        `${resource}.yaml`,
        stringify({ apiVersion: 'v1', kind: 'List', items: objects.map((object) => item(resource, object)) }),
      );
  },
  'oc get all of them at once': () => {
    const items = Object.entries(savedLists()).flatMap(([resource, objects]) =>
      objects.map((object) => item(resource, object)),
    );
    write('everything.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    for (const resource of REFERRERS) write(`${resource}.json`, JSON.stringify({ kind: 'List', items: [] }));
  },
  'a must-gather': () => {
    for (const [resource, objects] of Object.entries(savedLists())) {
      const cluster = resource === 'images';
      const root = cluster
        ? 'quay-io/cluster-scoped-resources/image.openshift.io'
        : `quay-io/namespaces/ns/${resource === 'pods' ? 'core' : resource === 'imagestreams' ? 'image.openshift.io' : 'apps'}`;
      if (cluster)
        for (const object of objects)
          write(`${root}/images/${object.metadata.name.slice(7)}.yaml`, `---\n${stringify(item(resource, object))}`);
      else
        write(
          `${root}/${resource}.yaml`,
          `---\n${stringify({ apiVersion: 'v1', kind: `${KINDS[resource]}List`, items: objects.map((object) => item(resource, object)) })}`,
        );
      // The pods again, each in a separate file.
      if (resource === 'pods')
        for (const object of objects)
          write(`quay-io/namespaces/ns/pods/web/web.yaml`, `---\n${stringify(item(resource, object))}`);
    }
    write('quay-io/version', 'unknown');
    write('quay-io/event-filter.html', '<html>');
  },
};

test.each(Object.entries(LAYOUTS))('plans from %s', async (_what, save) => {
  save();
  const { plan } = await planned();
  expect(plan.images.map((image) => plan.snapshot.images.nameText(image))).toEqual([digest('doomed')]);
  expect(plan.snapshot.referrers.filter(({ kind }) => kind === 'Pod')).toHaveLength(1);
});

async function planned(options = {}): Promise<ImagePruneReport> {
  return planFromFiles(dir, { options: pruneOptions(options), keepYoungerThan: '60m' }, SILENT);
}

test('a missing list stops the plan, because its uses are unknown', async () => {
  LAYOUTS['oc get RESOURCE -A -o json']!();
  rmSync(path.join(dir, 'deployments.json'));
  await expect(planned()).rejects.toMatchObject({
    code: 'SAVED_LISTS',
    message: expect.stringContaining('deployments'),
  });
});

test.each([
  ['no images', (): void => rmSync(path.join(dir, 'images.json')), 'no list of images found'],
  ['a broken file', (): void => write('pods.json', '{"items": ['), 'cannot read'],
  ['no directory', (): void => void (dir = rename()), 'cannot read --from'],
])('%s is an error that names the file', async (_what, spoil, message) => {
  LAYOUTS['oc get RESOURCE -A -o json']!();
  const previous = dir;
  spoil();
  await expect(planned()).rejects.toMatchObject({ code: 'SAVED_LISTS', message: expect.stringContaining(message) });
  dir = previous;
});

function rename(): string {
  return path.join(dir, 'not', 'there');
}

test('invalid references stop it, as they stop a run', async () => {
  const { pods } = savedLists();
  LAYOUTS['oc get RESOURCE -A -o json']!();
  const broken = aPod('ns/broken').running(`${HOST}/NS/app:latest`).object;
  write('pods.json', JSON.stringify({ kind: 'PodList', items: [...pods!, broken] }));
  await expect(planned()).rejects.toMatchObject({ code: 'INVALID_REFERENCES' });
});

test('the same object in two files is read once', async () => {
  LAYOUTS['oc get RESOURCE -A -o json']!();
  LAYOUTS['oc get RESOURCE -A -o yaml']!();
  const { collector } = await readSavedLists(dir, pruneOptions());
  expect(collector.lists.images).toHaveLength(NAMES.length);
});

test('on the command line, it is always a dry run and needs no cluster', async () => {
  LAYOUTS['oc get RESOURCE -A -o json']!();
  const run = await regadm(['prune', 'images', '--from', dir, '-o', 'json']);
  expect([run.status, run.stderr]).toEqual([0, expect.stringContaining('planned from files')]);
  expect((JSON.parse(run.stdout) as { images: { name: string; status: string }[] }).images).toMatchObject([
    { name: digest('doomed'), status: 'would-delete' },
  ]);
  // Nothing can be confirmed: neither the output nor a hint suggests it.
  const refused = await regadm(['prune', 'images', '--from', dir, '--max-delete=0']);
  const table = await regadm(['prune', 'images', '--from', dir]);
  expect([table.status, refused.status, refused.stdout]).toEqual([0, 4, table.stdout]);
  expect(table.stdout).toContain('To delete, run regadm prune images on the cluster, without --from.');
  expect(table.stdout + table.stderr).not.toContain('--confirm');
  const confirmed = await regadm(['prune', 'images', '--from', dir, '--confirm']);
  expect([confirmed.status, confirmed.stderr]).toEqual([
    1,
    expect.stringContaining('--from cannot be specified with --confirm'),
  ]);
});

describe('custom kinds', () => {
  const apiVersion = 'serving.knative.dev/v1';
  const revision = (namespace?: string): object => ({
    apiVersion,
    kind: 'Revision',
    metadata: { name: 'web-1', namespace },
    spec: { containers: [{ name: 'c', image: `${HOST}/ns/app@${digest('doomed')}` }] },
  });
  const list = (metadata: object, ...items: object[]): string =>
    JSON.stringify({ apiVersion, kind: 'RevisionList', metadata, items });

  test.each([
    ['revisions.json', list({}, revision('ns'))],
    ['all.yaml', stringify({ apiVersion: 'v1', kind: 'List', items: [revision('ns')] })],
    ['mg/namespaces/ns/serving.knative.dev/revisions.yaml', list({}, revision('ns'))],
    ['mg/namespaces/ns/serving.knative.dev/revisions/web-1.yaml', stringify(revision('ns'))],
  ])('%s: what its objects use is kept', async (file, text) => {
    LAYOUTS['oc get RESOURCE -A -o json']!();
    write(file, text);
    expect((await planned()).plan.images).toEqual([]);
    expect((await planned({ referrers: 'oc' })).plan.images).toHaveLength(1);
  });

  test.each([
    ['one page', list({ continue: 'next' }, revision('ns')), 'is one page of a longer list'],
    ['an object without a namespace', list({}, revision()), 'without metadata.namespace'],
  ])('%s is an error', async (_, text, message) => {
    LAYOUTS['oc get RESOURCE -A -o json']!();
    write('revisions.json', text);
    await expect(planned()).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('declared kinds', () => {
  const apiVersion = 'example.com/v1';
  const thing = (version = 'v1'): object => ({
    apiVersion: `example.com/${version}`,
    kind: 'Thing',
    metadata: { name: 'one', namespace: 'ns' },
    image: `${HOST}/ns/app@${digest('doomed')}`,
  });
  const list = (...items: object[]): string => JSON.stringify({ apiVersion, kind: 'ThingList', items });
  const find = (object: object) => [{ value: (object as { image: string }).image, path: 'image' }];
  const declaredReferrers = {
    file: 'referrers.yaml',
    resources: [
      {
        ...{ resource: 'things', group: 'example.com', version: 'v1', line: 4, imageStreamTags: [] },
        images: [{ text: '$.image', line: 5, find }],
      },
    ],
  };

  test.each([
    ['all.json', list(thing())],
    ['things.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [thing()] })],
    ['mg/namespaces/ns/example.com/things.yaml', list(thing())],
    ['mg/cluster-scoped-resources/example.com/things/one.yaml', stringify(thing())],
  ])('%s: what its objects name is kept', async (file, text) => {
    LAYOUTS['oc get RESOURCE -A -o json']!();
    write(file, text);
    expect((await planned({ declaredReferrers })).plan.images).toEqual([]);
    expect((await planned()).plan.images).toHaveLength(1);
  });

  test.each([
    [
      'pods.v1.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }),
      /no list of things.example.com\/v1 found/,
    ],
    ['one.json', JSON.stringify(thing()), /no list of things.example.com\/v1 found/],
    ['things.yaml', 'apiVersion: example.com/v1\nkind: ThingList\n', /is a list without items/],
    [
      'things.json',
      JSON.stringify({ apiVersion, kind: 'ThingList', items: [], metadata: { continue: 'a' } }),
      /one page/,
    ],
    ['things.json', list(thing('v2')), /contains things of example.com\/v2, not example.com\/v1/],
  ])('%s is an error', async (file, text, message) => {
    LAYOUTS['oc get RESOURCE -A -o json']!();
    write(file, text);
    await expect(planned({ declaredReferrers })).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  test('an empty list is enough', async () => {
    LAYOUTS['oc get RESOURCE -A -o json']!();
    write('things.example.com.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }));
    const { warnings } = await planned({ declaredReferrers });
    expect(warnings).toContainEqual(expect.stringContaining('there are no objects of things.example.com/v1'));
  });
});
