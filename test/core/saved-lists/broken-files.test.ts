import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { planFromFiles } from '../../../src/core/prune/index.js';
import type { ImagePruneReport } from '../../../src/core/prune/report.js';
import { aPod, digest, pruneOptions } from '../../support/builders.js';
import { regadm } from '../../support/regadm.js';
import { HOST, item, listOf, mustGather, savedLists, useDirectory } from '../../support/saved-lists.js';

const files = useDirectory();
const { write, saveLists } = files;
const plan = (from = files.dir): Promise<ImagePruneReport> =>
  planFromFiles(from, { options: pruneOptions(), keepYoungerThan: '60m' }, SILENT);
const { pods, imagestreams, images } = savedLists() as Record<string, [object, ...object[]]>;
const WORKLOAD = {
  metadata: { namespace: 'ns', name: 'd' },
  spec: { template: { spec: { containers: [{ name: 'c' }] } } },
};

describe('a file that contains no objects of the API server is refused', () => {
  test.each<[string, string, object | string, string]>([
    ['an image without a kind', 'images/x.yaml', stringify(images![0]), 'contains an object without a kind'],
    ['other JSON', 'notes.json', { note: 1 }, 'contains an object without a kind'],
    ['a bare array', 'shop.json', [item('pods', pods![0] as never)], 'is not a list of objects of the API server'],
    ['a text', 'more.yaml', 'No resources found\n', 'is not a list of objects of the API server'],
    ['nothing', 'more.yaml', '', 'is empty'],
    [
      'an error',
      'more.json',
      { kind: 'Status', apiVersion: 'v1', message: 'forbidden' },
      'contains kind "Status" ("forbidden")',
    ],
    ['a list without a kind', 'more.json', { items: [] }, 'is a list without a kind'],
  ])('%s', async (_what, file, content, message) => {
    saveLists();
    write(file, content);
    await expect(plan()).rejects.toMatchObject({
      message: expect.stringContaining(`${file} ${message}`) as string,
      suggestions: [`save ${files.dir}/${file} again, or delete it`],
    });
  });

  test('but not if it is part of a must-gather', async () => {
    for (const [file, text] of Object.entries(mustGather(savedLists()))) write(file, text);
    write('quay-io/etcd_info/health.json', [{ health: true }]);
    write('quay-io/etcd_info/member_list.json', { members: [] });
    expect((await plan()).warnings.join()).not.toContain('etcd_info');
  });

  test('beside a must-gather, it is ignored with a warning', async () => {
    for (const [file, text] of Object.entries(mustGather(savedLists()))) write(file, text);
    write('notes.json', { note: 1 });
    expect((await plan()).warnings).toContainEqual(expect.stringMatching(/ignored \d other files .*notes\.json/));
  });

  test('but not if its name is spelled in an unusual way: it is ignored with a warning', async () => {
    saveLists();
    write('notes.JSON', { note: 1 });
    expect((await plan()).warnings).toContainEqual(expect.stringMatching(/ignored 1 other file .*notes\.JSON/));
  });

  test('objects that plans do not need are ignored', async () => {
    saveLists();
    write('service.json', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
    write('services.json', { apiVersion: 'v1', kind: 'ServiceList', metadata: {}, items: [] });
    expect((await plan()).plan.images).toHaveLength(1);
  });
});

test('an alias without an anchor is refused', async () => {
  saveLists();
  write('more.yaml', 'kind: *none\n');
  await expect(plan()).rejects.toMatchObject({ message: expect.stringContaining('more.yaml') as string });
});

test('a key that is in an object twice is refused, because only one value counts', async () => {
  saveLists();
  write('pods.json', JSON.stringify(listOf('pods', pods as never)).replace(/}$/, ',"items":[]}'));
  await expect(plan()).rejects.toThrow('pods.json cannot be parsed: an object contains "items" twice');
});

describe('the remedy', () => {
  const suggestions = async (): Promise<string[]> =>
    plan().then(
      () => [],
      (error: { suggestions: string[] }) => error.suggestions,
    );

  test('for a link is to replace it with a file', async () => {
    saveLists();
    renameSync(path.join(files.dir, 'pods.json'), path.join(files.dir, 'elsewhere'));
    symlinkSync(path.join(files.dir, 'elsewhere'), path.join(files.dir, 'pods.json'));
    const target = `${files.dir}/pods.json`;
    expect(await suggestions()).toEqual([
      `replace the link with a file: rm ${target} && oc get pods -A -o json > ${target}`,
    ]);
  });

  test.each(['pods', 'shop'])('for a link %s to a directory is to copy it', async (link) => {
    saveLists();
    mkdirSync(path.join(files.dir, '..', path.basename(files.dir) + '.more'));
    const more = `${files.dir}.more`;
    writeFileSync(path.join(more, 'web.json'), JSON.stringify(item('pods', pods![0] as never)));
    symlinkSync(more, path.join(files.dir, link));
    expect(await suggestions()).toEqual([
      `replace the link ${files.dir}/${link} with a copy of what it leads to, or delete it`,
    ]);
    rmSync(more, { recursive: true });
  });

  test('for a file with several kinds saves all of them', async () => {
    saveLists();
    const items = [item('pods', { metadata: { namespace: 'ns', name: 'p' } }), item('deployments', WORKLOAD as never)];
    write('shop.json', { apiVersion: 'v1', kind: 'List', metadata: {}, items });
    expect(await suggestions()).toEqual([
      `replace the file: oc get pods,deployments -A -o json > ${files.dir}/shop.json`,
    ]);
  });

  test('for a list that a cluster can lack can be to delete the file', async () => {
    saveLists();
    write('builds.json', '');
    expect(await suggestions()).toEqual([
      `replace the file, or delete it if the cluster does not have builds: oc get builds -A -o json > ${files.dir}/builds.json`,
    ]);
  });

  test('for YAML that is too large is JSON', async () => {
    saveLists();
    rmSync(path.join(files.dir, 'pods.json'));
    write('pods.yaml', ' '.repeat(32 * 1024 ** 2 + 1));
    expect(await suggestions()).toEqual([
      `replace the file: oc get pods -A -o json > ${files.dir}/pods.json && rm ${files.dir}/pods.yaml`,
    ]);
  });
});

describe('an object in two files', () => {
  const second = aPod('ns/web').running(`${HOST}/ns/app@${digest('doomed')}`).object;

  test('counts with what either state of it uses', async () => {
    saveLists();
    write('pods2.json', listOf('pods', [second]));
    expect((await plan()).plan.images).toHaveLength(0);
  });

  test('is refused if it is an image stream in two states', async () => {
    saveLists();
    write('streams.json', listOf('imagestreams', [{ ...imagestreams![0], status: { tags: [] } } as never]));
    await expect(plan()).rejects.toMatchObject({
      message: expect.stringContaining(
        'streams.json contains ImageStream "ns/app" in another state than imagestreams.json',
      ) as string,
      suggestions: ['delete the older one of the two files'],
    });
  });
});

describe('encodings', () => {
  test.each<[string, (text: string) => Buffer]>([
    ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, as PowerShell writes it', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big-endian', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['Windows line breaks', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
  ])('%s is read', async (_what, encode) => {
    saveLists();
    writeFileSync(path.join(files.dir, 'pods.json'), encode(JSON.stringify(listOf('pods', pods as never), null, 2)));
    const yaml = stringify(listOf('deployments', [WORKLOAD as never]));
    rmSync(path.join(files.dir, 'deployments.json'));
    writeFileSync(path.join(files.dir, 'deployments.YAML'), encode(yaml));
    const { referrers } = (await plan()).plan.snapshot;
    expect(referrers.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'Pod']);
  });

  test('text in another encoding is refused', async () => {
    saveLists();
    writeFileSync(
      path.join(files.dir, 'pods.json'),
      Buffer.from(JSON.stringify(listOf('pods', pods as never)), 'utf8').fill(0xff, 20, 22),
    );
    await expect(plan()).rejects.toThrow('pods.json cannot be parsed: it is not valid UTF-8 text');
  });
});

test.each<[string, (dir: string) => void, string, string]>([
  [
    'a list',
    (dir) => writeFileSync(path.join(dir, 'file'), JSON.stringify(listOf('pods', pods as never))),
    'it is not a tar archive',
    'pass the directory that contains the lists',
  ],
  [
    'a list that is compressed',
    (dir) => {
      writeFileSync(path.join(dir, 'list'), JSON.stringify(listOf('pods', pods as never)));
      execFileSync('sh', ['-c', `gzip -c ${dir}/list > ${dir}/file`]);
    },
    'its content is not a tar archive',
    'decompress it, and pass the directory that contains the lists',
  ],
  [
    'an archive with another compression',
    (dir) => writeFileSync(path.join(dir, 'file'), Buffer.from('fd377a585a000004', 'hex')),
    'it is compressed with xz',
    'extract it, and pass the directory',
  ],
])('on the command line, --from refuses %s', async (_what, save, message, suggestion) => {
  save(files.dir);
  const { status, stderr } = await regadm(['prune', 'images', '--from', path.join(files.dir, 'file')]);
  expect([status, stderr]).toEqual([
    1,
    `error: cannot read --from ${files.dir}/file as an archive (.tar.gz, .tgz or .tar): ${message}\n  * ${suggestion}\n`,
  ]);
});
