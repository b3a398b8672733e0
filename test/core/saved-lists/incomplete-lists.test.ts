import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { planFromFiles } from '../../../src/core/prune/index.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import type { CliResult } from '../../support/cli.js';
import { regadm } from '../../support/regadm.js';
import { anImageStream, digest, pruneOptions } from '../../support/builders.js';
import { item, listOf, mustGather, NAMES, savedLists, useDirectory } from '../../support/saved-lists.js';

const files = useDirectory();
const { write, saveLists } = files;
let dir: string;
beforeEach(() => (dir = files.dir));
const plan = (from = dir): Promise<CliResult> => regadm(['prune', 'images', '--from', from, '-o', 'json']);
const without = (object: object, ...fields: string[]): KubeObject => {
  const copy = structuredClone(object) as Record<string, unknown>;
  for (const field of fields) delete copy[field];
  return copy as KubeObject;
};
/** Cuts a text before the first occurrence of `end` that follows its middle. */
const cut = (text: string, end: string): string => text.slice(0, text.indexOf(end, text.length / 2));

const { pods, imagestreams, images } = savedLists() as Record<'pods' | 'imagestreams' | 'images', [KubeObject]>;
const [pod] = pods;

/** Files that cannot be used, with what the error says and the command that replaces the file. */
const BROKEN: [string, string, object | string, string][] = [
  [
    'one page of a list',
    'pods.json',
    listOf('pods', pods, { continue: 'abc' }),
    'pods.json is one page of a longer list',
  ],
  [
    'a list of which objects remain',
    'pods.json',
    listOf('pods', [], { remainingItemCount: 3 }),
    'one page of a longer list',
  ],
  [
    'a list of another kind',
    'pods.json',
    { apiVersion: 'v1', kind: 'ServiceList', metadata: {}, items: [] },
    'contains kind "ServiceList", not pods',
  ],
  [
    'a mixed list of other kinds',
    'pods.json',
    {
      apiVersion: 'v1',
      kind: 'List',
      metadata: {},
      items: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }],
    },
    'contains other kinds, not pods',
  ],
  [
    'the kind of another group',
    'images.json',
    { apiVersion: 'config.openshift.io/v1', kind: 'ImageList', metadata: {}, items: [] },
    'contains kind "ImageList" of "config.openshift.io/v1", not images',
  ],
  [
    'the error of the API server',
    'pods.json',
    { apiVersion: 'v1', kind: 'Status', message: 'pods is forbidden', metadata: {} },
    'contains kind "Status" ("pods is forbidden"), not pods',
  ],
  [
    'a list without items',
    'pods.json',
    { apiVersion: 'v1', kind: 'PodList', metadata: {} },
    'pods.json is a list without items',
  ],
  [
    'a list of another kind that plans need, too',
    'pods.json',
    { apiVersion: 'apps/v1', kind: 'DeploymentList', metadata: {}, items: [] },
    'contains kind "DeploymentList" of "apps/v1", not pods',
  ],
  [
    'a list whose items are null',
    'pods.json',
    { apiVersion: 'v1', kind: 'List', metadata: {}, items: null },
    'pods.json is a list without items',
  ],
  [
    'an item of another kind',
    'pods.json',
    { apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [{ ...pod, kind: 'Service' }] },
    'not an object of its kind (item 1)',
  ],
  [
    'an item without a kind',
    'pods.json',
    { apiVersion: 'v1', kind: 'List', metadata: {}, items: [item('pods', pod), pod] },
    'not an object of its kind (item 2)',
  ],
  [
    'an item that is null',
    'pods.json',
    { apiVersion: 'v1', kind: 'PodList', metadata: {}, items: [null] },
    'not an object of its kind (item 1)',
  ],
  [
    'a pod without a name',
    'pods.json',
    listOf('pods', [{ ...pod, metadata: {} } as KubeObject]),
    'an object without a name (kind Pod)',
  ],
  [
    'a pod without a namespace',
    'pods.json',
    listOf('pods', [{ ...pod, metadata: { name: 'web' } } as KubeObject]),
    'contains Pod "web" without metadata.namespace',
  ],
  ['a pod without spec', 'pods.json', listOf('pods', [without(pod, 'spec')]), 'contains Pod "ns/web" without spec'],
  [
    'a pod without containers',
    'pods.json',
    listOf('pods', [{ ...pod, spec: { containers: [] } }]),
    'Pod "ns/web" without spec.containers',
  ],
  [
    'a pod with a container without an image',
    'pods.json',
    listOf('pods', [
      { ...pod, spec: { containers: [{ name: 'a', image: 'a' }], initContainers: [{ name: 'b' }] } } as KubeObject,
    ]),
    'Pod "ns/web" without spec.initContainers[].image',
  ],
  [
    'an image stream with a tag without items',
    'imagestreams.json',
    listOf('imagestreams', [{ ...imagestreams[0], status: { tags: [{ tag: 'latest' }] } } as KubeObject]),
    'ImageStream "ns/app" without status.tags[].items',
  ],
  [
    'an image stream with a tag item without an image',
    'imagestreams.json',
    listOf('imagestreams', [
      { ...imagestreams[0], status: { tags: [{ tag: 'v1', items: [{ generation: 1 }] }] } } as KubeObject,
    ]),
    'ImageStream "ns/app" without status.tags[].items[].image',
  ],
  [
    'an image with a manifest that was cut',
    'images.json',
    listOf('images', [{ ...images[0], dockerImageManifest: '{"schemaVersion":2,"subject":{"digest":"' } as KubeObject]),
    'without a complete dockerImageManifest: it is not JSON',
  ],
  ['a pod without status', 'pods.json', listOf('pods', [without(pod, 'status')]), 'Pod "ns/web" without status.phase'],
  [
    'an image stream without status',
    'imagestreams.json',
    listOf('imagestreams', [without(imagestreams[0], 'status')]),
    'ImageStream "ns/app" without status',
  ],
  [
    'a deployment without a template',
    'deployments.json',
    listOf('deployments', [{ metadata: { namespace: 'ns', name: 'd' }, spec: {} }]),
    'without spec.template.spec.containers',
  ],
  [
    'a cron job without a template',
    'cronjobs.json',
    listOf('cronjobs', [{ metadata: { namespace: 'ns', name: 'c' }, spec: { jobTemplate: {} } }]),
    'without spec.jobTemplate.spec.template.spec.containers',
  ],
  [
    'a replication controller without a template',
    'replicationcontrollers.json',
    listOf('replicationcontrollers', [{ metadata: { namespace: 'ns', name: 'r' }, spec: { replicas: 1 } }]),
    'without spec.template.spec.containers',
  ],
  [
    'an image stream with a tag without a name',
    'imagestreams.json',
    listOf('imagestreams', [{ ...imagestreams[0], status: { tags: [{ items: [] }] } }]),
    'ImageStream "ns/app" without status.tags[].tag',
  ],
  ['JSON that was cut', 'pods.json', cut(JSON.stringify(listOf('pods', pods)), ','), 'pods.json cannot be parsed'],
  [
    'YAML that was cut between two items',
    'pods.yaml',
    cut(stringify(listOf('pods', [...pods, ...pods])), '  - apiVersion'),
    'pods.yaml is a list without a kind',
  ],
  ['an empty YAML file', 'pods.yaml', '', 'pods.yaml is empty'],
  ['YAML with nothing but a marker', 'pods.yaml', '---\n', 'pods.yaml is empty'],
  ['a text', 'pods.yaml', 'No resources found', 'pods.yaml is not a list of pods'],
];

test.each(BROKEN)('%s is refused, with the command that saves it again', async (_what, file, content, message) => {
  saveLists();
  const [resource, format] = file.split('.');
  rmSync(path.join(dir, `${resource}.json`));
  write(file, content);
  const planned = planFromFiles(dir, { options: pruneOptions(), keepYoungerThan: '60m' }, SILENT);
  const scope = resource === 'images' ? '' : ' -A';
  await expect(planned).rejects.toMatchObject({
    code: 'SAVED_LISTS',
    message: expect.stringContaining(message) as string,
    suggestions: [`replace the file: oc get ${resource}${scope} -o ${format} > ${dir}/${file}`],
  });
});

test('what the API server can omit may be missing', async () => {
  saveLists();
  const conditions = [{ type: 'ImportSuccess', status: 'False' }];
  const tags = [
    { tag: 'failed', items: null, conditions },
    { tag: 'edited', conditions },
    { tag: 'empty', items: [] },
  ];
  write('imagestreams.json', listOf('imagestreams', [{ ...imagestreams[0], status: { tags } } as KubeObject]));
  const template = { spec: { containers: [{ name: 'set-by-a-trigger' }] } };
  const workload = { metadata: { namespace: 'ns', name: 'd' }, spec: { template } } as KubeObject;
  write('deployments.json', listOf('deployments', [workload]));
  const build = { metadata: { namespace: 'ns', name: 'b' }, spec: { strategy: {} } } as KubeObject;
  write('builds.json', listOf('builds', [build]));
  expect((await plan()).status).toBe(0);
});

test('on the command line, all broken files are named, and the exit status is 1', async () => {
  saveLists();
  write('pods.json', listOf('pods', pods, { continue: 'abc' }));
  write('jobs.json', '');
  const { status, stdout, stderr } = await plan();
  expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'SAVED_LISTS' })]);
  expect(stderr).toMatch(/jobs\.json cannot be parsed: .*; pods\.json is one page of a longer list/);
  expect(stderr).toContain(`oc get pods -A -o json > ${dir}/pods.json`);
});

test('every missing list is named, with the command that gets it', async () => {
  saveLists();
  for (const resource of ['pods', 'deployments', 'images']) rmSync(path.join(dir, `${resource}.json`));
  const { status, stderr } = await plan();
  expect(status).toBe(1);
  for (const command of ['oc get pods -A -o json', 'oc get deployments -A -o json', 'oc get images -o json'])
    expect(stderr).toContain(command);
});

test('a link below the directory is not followed', async () => {
  saveLists();
  rmSync(path.join(dir, 'pods.json'));
  symlinkSync('/dev/zero', path.join(dir, 'pods.json'));
  const { status, stderr } = await plan();
  expect([status, stderr]).toEqual([1, expect.stringContaining('pods.json is a link, which is not followed')]);
});

test('lists that were saved without -A are warned about', async () => {
  const lists = savedLists();
  lists.imagestreams!.push(anImageStream('other/app').withTag('latest', [digest('new')]).object);
  for (const [resource, objects] of Object.entries(lists)) write(`${resource}.json`, listOf(resource, objects));
  const { status, stdout, stderr } = await plan();
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(
      /no workloads of namespaces with image streams are in the files: other;.*oc get pods,.* -n other/,
    ),
  ]);
  expect((JSON.parse(stdout) as { warnings: string[] }).warnings.join()).not.toContain('files: ns');
});

describe('a must-gather', () => {
  const save = (files: Record<string, string>): void => {
    for (const [file, text] of Object.entries(files)) write(file, text);
  };

  test('that lacks workloads of a namespace with image streams is warned about', async () => {
    const lists = savedLists();
    lists.imagestreams!.push(anImageStream('other/app').withTag('latest', [digest('new')]).object);
    const files = mustGather(lists, ['ns', 'other']);
    for (const file of Object.keys(files)) if (/\/other\/(?!image)/.test(file)) delete files[file];
    delete files['quay-io/namespaces/ns/batch/jobs.yaml'];
    files['quay-io/namespaces/third/batch/jobs.yaml'] = stringify({
      apiVersion: 'batch/v1',
      items: [],
      kind: 'JobList',
      metadata: {},
    });
    const buildList = stringify({ apiVersion: 'build.openshift.io/v1', items: [], kind: 'BuildList', metadata: {} });
    files['quay-io/namespaces/other/build.openshift.io/builds.yaml'] = buildList;
    save(files);
    const { status, stderr } = await plan();
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /namespace other has image streams, but no list of its pods, .*oc adm inspect ns\/other --dest-dir=/,
    );
    expect(stderr).toMatch(/namespace ns has image streams, but no list of its jobs, builds: /);
    expect(stderr).toMatch(/no list of buildconfigs, deploymentconfigs found: /);
  });

  test('with a cut file is refused; what cannot contain lists is only named', async () => {
    const files = mustGather(savedLists());
    files['quay-io/namespaces/ns/core/events.yaml'] = '{';
    save(files);
    const { status, stderr } = await plan();
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining('ignored 1 other file that cannot be used (first: quay-io/etcd_info/member_list.json'),
    ]);
    const image = `quay-io/cluster-scoped-resources/image.openshift.io/images/${digest('new')}.yaml`;
    write(image, cut(files[image]!, 'metadata:').replace(/^kind:.*$/m, ''));
    const broken = await plan();
    expect([broken.status, broken.stderr]).toEqual([
      1,
      expect.stringContaining(`${image} contains an object without a kind, not images`),
    ]);
  });

  test.each([
    ['.tar.gz', ['-czf']],
    ['.tgz', ['-czf']],
    ['.tar', ['-cf']],
  ])('is read from a %s archive', async (extension, [flags]) => {
    const archive = tar(mustGather(savedLists()), `must-gather${extension}`, [flags!]);
    const { status, stdout } = await plan(archive);
    expect([status, (JSON.parse(stdout) as { images: object[] }).images]).toEqual([
      0,
      [expect.objectContaining({ name: digest(NAMES.at(-1)!) })],
    ]);
  });

  test.each<[string, (archive: string) => void, string]>([
    ['that is cut', (archive) => execFileSync('truncate', ['-s', '-100', archive]), 'unexpected end of file'],
    ['that is no archive', (archive) => writeFileSync(archive, 'text'), 'cannot read --from'],
    ['that is empty', (archive) => writeFileSync(archive, ''), 'it is empty'],
    [
      'with a missing end',
      (archive) =>
        execFileSync('sh', ['-c', `gzip -dc ${archive} | head -c 1024 > ${archive}.1; mv ${archive}.1 ${archive}`]),
      'its end is missing',
    ],
  ])('in an archive %s is refused', async (_what, spoil, message) => {
    const archive = tar({ a: '' }, 'must-gather.tar.gz', ['-czf']);
    spoil(archive);
    const { status, stderr } = await plan(archive);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('in an archive with a path outside of it is refused', async () => {
    const archive = tar({ 'pods.json': '' }, 'must-gather.tar.gz', ['--transform=s,^.*pods,../pods,', '-Pczf']);
    const { status, stderr } = await plan(archive);
    expect([status, stderr]).toEqual([1, expect.stringContaining('its entry "../pods.json" is outside the archive')]);
  });

  test('in an archive is not read through links, and names how to complete it', async () => {
    const files = mustGather(savedLists());
    delete files['quay-io/namespaces/ns/core/pods.yaml'];
    save(Object.fromEntries(Object.entries(files).map(([file, text]) => [`tree/${file}`, text])));
    symlinkSync('/etc/passwd', path.join(dir, 'tree/quay-io/namespaces/ns/core/pods.yaml'));
    const archive = path.join(dir, 'must-gather.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', path.join(dir, 'tree'), '.']);
    const { status, stderr } = await plan(archive);
    expect([status, stderr]).toEqual([1, expect.stringContaining('core/pods.yaml is a link, which is not followed')]);
    expect(stderr).toContain(`tar -xf ${archive}`);
  });

  /** Packs files into an archive. @returns its path */
  function tar(files: Record<string, string>, name: string, flags: string[]): string {
    save(Object.fromEntries(Object.entries(files).map(([file, text]) => [`tree/${file}`, text])));
    const archive = path.join(dir, name);
    const [last, ...first] = flags.reverse();
    execFileSync('tar', [...first, last!, archive, '-C', path.join(dir, 'tree'), '.']);
    return archive;
  }
});
