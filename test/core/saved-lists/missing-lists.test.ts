import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { describeReason } from '../../../src/core/graph/reason.js';
import { planFromFiles } from '../../../src/core/prune/index.js';
import type { ImagePruneReport } from '../../../src/core/prune/report.js';
import { SILENT } from '../../../src/core/kit/reporter.js';
import { anImageStream, anOrdinaryImage, aPod, digest, pruneOptions } from '../../support/builders.js';
import type { CliResult } from '../../support/cli.js';
import { regadm } from '../../support/regadm.js';
import { HOST, item, listOf, mustGather, NAMES, savedLists, useDirectory } from '../../support/saved-lists.js';

const files = useDirectory();
const { write, saveLists } = files;
const plan = (options = {}): Promise<ImagePruneReport> =>
  planFromFiles(files.dir, { options: pruneOptions(options), keepYoungerThan: '60m' }, SILENT);
const WEB = {
  metadata: { namespace: 'ns', name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'web', image: 'example.com/web:1' }] } } },
};

describe('lists that a cluster can lack', () => {
  const warningsOf = async (options = {}): Promise<string[]> => (await plan(options)).warnings;
  const get = (resource: string): string => `oc get ${resource} -A -o json > ${files.dir}/${resource}.json`;

  test('are warned about, with what follows from it and the commands that get them', async () => {
    saveLists();
    write('builds.json', listOf('builds', []));
    expect(await warningsOf()).toContain(
      `--from ${files.dir}: no list of buildconfigs, deploymentconfigs found: images that only these objects use look unused; if the cluster has such objects, get them with: ${get('buildconfigs')}; ${get('deploymentconfigs')}`,
    );
  });

  test('are not missing if they are empty', async () => {
    saveLists();
    for (const resource of ['builds', 'buildconfigs', 'deploymentconfigs'])
      write(`${resource}.json`, listOf(resource, []));
    expect((await warningsOf()).join()).not.toContain('no list of');
  });

  test('are named if the directory is empty', async () => {
    const { status, stderr } = await regadm(['prune', 'images', '--from', files.dir, '--prune-over-size-limit']);
    expect(status).toBe(1);
    for (const resource of [
      'pods',
      'builds',
      'buildconfigs',
      'deploymentconfigs',
      'controllerrevisions',
      'limitranges',
    ])
      expect(stderr).toContain(get(resource));
  });

  test('limit ranges are needed only with --prune-over-size-limit', async () => {
    saveLists();
    expect((await warningsOf()).join()).not.toContain('limitranges');
    expect(await warningsOf({ pruneOverSizeLimit: true })).toContainEqual(
      expect.stringMatching(
        /no list of limitranges found: no image counts as larger .*; get it with: oc get limitranges/,
      ),
    );
  });

  test('controller revisions are needed only if a workload has some; the remedy is to save them', async () => {
    saveLists();
    expect((await warningsOf()).join()).not.toContain('controllerrevisions');
    write('statefulsets.json', listOf('statefulsets', [WEB]));
    const warnings = await warningsOf();
    expect(warnings).toContainEqual(
      expect.stringContaining(
        `no list of controllerrevisions found: images that only older revisions of stateful sets`,
      ),
    );
    expect(warnings.join()).toContain(get('controllerrevisions'));
    expect(warnings.join()).not.toMatch(/clusterrole|cannot be listed/);
    expect((await warningsOf({ referrers: 'oc' })).join()).not.toContain('controllerrevisions');
  });
});

test('a single object is not a list: others of its kind are not known', async () => {
  saveLists();
  rmSync(path.join(files.dir, 'deployments.json'));
  write('web.json', item('deployments', WEB));
  await expect(plan()).rejects.toThrow('no list of deployments (only single objects) found');
});

test.each<[string, (pod: object) => string]>([
  ['pods.json', JSON.stringify],
  ['pods.yaml', stringify],
])('a single object in %s is not a list either', async (file, format) => {
  saveLists();
  rmSync(path.join(files.dir, 'pods.json'));
  write(file, format(item('pods', savedLists().pods![0]!)));
  await expect(plan()).rejects.toMatchObject({
    message: expect.stringContaining('no list of pods (only single objects) found') as string,
    suggestions: expect.arrayContaining([expect.stringContaining('oc get pods -A -o json')]) as string[],
  });
});

test('objects in a directory with the name of their resource are a list', async () => {
  saveLists();
  rmSync(path.join(files.dir, 'pods.json'));
  write('pods/web.json', item('pods', savedLists().pods![0]!));
  expect((await plan()).plan.snapshot.referrers).toContainEqual(expect.objectContaining({ kind: 'Pod' }));
});

test('a directory whose name contains a space is quoted in commands', async () => {
  const from = path.join(files.dir, 'my lists');
  mkdirSync(from);
  const { stderr } = await regadm(['prune', 'images', '--from', from]);
  expect(stderr).toContain(`oc get pods -A -o json > '${from}/pods.json'`);
});

describe('a namespace without image streams in the files', () => {
  const from = (...flags: string[]): Promise<CliResult> =>
    regadm(['prune', 'images', '--from', files.dir, '-n', 'nope', ...flags]);
  const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const saveNamespaces = (...names: string[]): void =>
    write('namespaces.json', { apiVersion: 'v1', kind: 'List', metadata: {}, items: names.map(namespace) });

  test('is a warning, because the files do not show whether it exists', async () => {
    saveLists();
    const { status, stderr } = await from();
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining(
        `warning: --from ${files.dir}: namespace nope has no image streams in the files; check the name; namespaces with image streams: ns\n`,
      ),
    ]);
  });

  test('is an error if it is not in a saved list of namespaces', async () => {
    saveLists();
    saveNamespaces('ns', 'other');
    const { status, stdout, stderr } = await from('-o', 'json');
    expect([status, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'NOT_FOUND' })]);
    expect(stderr).toContain('namespace nope is not in the list of namespaces\n  * check the name; ');
  });

  test('is a warning with --referrers=oc, because oc succeeds', async () => {
    saveLists();
    saveNamespaces('ns');
    const { status, stderr } = await from('--referrers=oc');
    expect([status, stderr]).toEqual([0, expect.stringContaining('nope is not in the list of namespaces; check')]);
  });

  test('is neither if the list of namespaces contains it', async () => {
    saveLists();
    saveNamespaces('ns', 'nope');
    expect((await from()).stderr).not.toContain('namespace nope');
  });
});

describe('namespaces to which images or workloads refer, without image streams in the files', () => {
  const other = anOrdinaryImage('elsewhere').in('other/app').object;
  const deleted = ({ plan: { images, snapshot } }: ImagePruneReport): string[] =>
    images.map((image) => snapshot.images.nameText(image));
  /** Saves image streams of several namespaces, as `oc get imagestreams -A` does, without those of `other`. */
  const saveSeveral = (): void => {
    saveLists();
    const third = anImageStream('third/app').withTag('latest', []).object;
    write('images.json', listOf('images', [...savedLists().images!, other]));
    write('imagestreams.json', listOf('imagestreams', [...savedLists().imagestreams!, third]));
  };

  test('are warned about if the only image streams are those of one namespace', async () => {
    saveLists();
    write('images.json', listOf('images', [...savedLists().images!, other]));
    expect((await plan()).warnings).toContain(
      `--from ${files.dir}: no image streams of namespaces to which images or workloads refer are in the files: other; images that were pushed there are kept, and other images that only their image streams contain look unused; get them with: oc get imagestreams -A -o json > ${files.dir}/imagestreams.json`,
    );
  });

  test('are warned about in a must-gather', async () => {
    const lists = { ...savedLists(), images: [...savedLists().images!, other] };
    for (const [file, text] of Object.entries(mustGather(lists))) write(file, text);
    expect((await plan()).warnings).toContainEqual(
      expect.stringMatching(/files: other; .* get them with: oc adm inspect ns\/other /),
    );
  });

  test('keep the images that were pushed there', async () => {
    saveLists();
    write('images.json', listOf('images', [...savedLists().images!, other]));
    const report = await plan();
    expect(deleted(report)).toEqual([digest(NAMES.at(-1)!)]);
    const { decisions, snapshot } = report.plan;
    expect(describeReason(decisions.image(snapshot.images.find(digest('elsewhere'))).because)).toBe(
      'the files lack the image streams of namespace other, to which it was pushed',
    );
  });

  test('were deleted if there are image streams of several others, and nothing uses their images', async () => {
    saveSeveral();
    const report = await plan();
    expect(report.warnings.join()).not.toContain('no image streams');
    expect(deleted(report)).toContain(digest('elsewhere'));
  });

  test('keep their images if a workload uses one in the same registry', async () => {
    saveSeveral();
    const use = (image: string): void =>
      write('pods.json', listOf('pods', [...savedLists().pods!, aPod('third/web').running(image).object]));
    use('quay.io/other/app:latest');
    expect((await plan()).warnings.join()).not.toContain('no image streams');
    use(`${HOST}/other/app:latest`);
    const report = await plan();
    expect(report.warnings).toContainEqual(
      expect.stringMatching(/files: other; .* get them with: oc get imagestreams -A /),
    );
    expect(deleted(report)).not.toContain(digest('elsewhere'));
  });

  test('are warned about if a must-gather contains their workloads', async () => {
    const web = aPod('third/web').running('quay.io/other/app:latest').object;
    const lists = { ...savedLists(), pods: [...savedLists().pods!, web] };
    const files = Object.entries(mustGather(lists, ['ns', 'third']));
    for (const [file, text] of files)
      if (!file.endsWith('third/image.openshift.io/imagestreams.yaml')) write(file, text);
    expect((await plan()).warnings).toContainEqual(
      expect.stringMatching(/files: third; .* get them with: oc adm inspect ns\/third /),
    );
  });
});

describe('tag items whose images are not in the files', () => {
  const REMOVED = digest(NAMES.at(-1)!);
  const saveWithout = (...names: string[]): void => {
    saveLists();
    const without = new Set<string>(names.map(digest));
    write(
      'images.json',
      listOf(
        'images',
        savedLists().images!.filter(({ metadata }) => !without.has(metadata.name)),
      ),
    );
  };

  test.each([[[NAMES[0]!, NAMES.at(-1)!]], [NAMES]])('are kept, with one warning (%j)', async (names) => {
    saveWithout(...names);
    const report = await plan();
    expect(report.plan.streams).toEqual([]);
    expect(report.warnings).toContain(
      `--from ${files.dir}: the files lack the images of ${names.length} tag items (first: ${digest('new')}); these items are kept, because the images may exist; get them with: oc get images -o json > ${files.dir}/images.json`,
    );
    expect(describeReason(report.plan.decisions.item(0, 0, NAMES.length - 1).because)).toBe(
      'the files lack its image, which may exist',
    );
  });

  test('are not counted in other namespaces than that of -n', async () => {
    saveWithout(...NAMES);
    expect((await plan({ namespace: 'third' })).warnings.join()).not.toContain('the files lack');
  });

  test('keep what is attached to their images', async () => {
    saveWithout('new');
    const tag = `${digest('new').replace(':', '-')}.sig`;
    const signature = anOrdinaryImage('signature').object;
    write('images.json', listOf('images', [...savedLists().images!.slice(1), signature]));
    const signatures = anImageStream('ns/signatures').withTag(tag, [digest('signature')]).object;
    write('imagestreams.json', listOf('imagestreams', [...savedLists().imagestreams!, signatures]));
    const { images, snapshot } = (await plan({ pruneSignatures: true })).plan;
    expect(images.map((image) => snapshot.images.nameText(image))).toEqual([REMOVED]);
  });
});

test('archives and compressed lists in the directory are not read, and named', async () => {
  saveLists();
  write('more-pods.json.gz', 'x');
  write('must-gather.tar.gz', 'x');
  expect((await plan()).warnings).toContain(
    `--from ${files.dir}: ignored 2 archives and files with another ending (first: more-pods.json.gz); if they contain lists, extract or rename them`,
  );
});

test('an archive in a directory without lists is named, because it can contain them', async () => {
  write('must-gather.tar.gz', 'x');
  await expect(plan()).rejects.toMatchObject({
    suggestions: expect.arrayContaining(['extract or decompress must-gather.tar.gz if it contains them']) as string[],
  });
});
