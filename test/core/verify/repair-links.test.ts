import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SILENT } from '../../../src/core/kit/reporter.js';
import type { Digest } from '../../../src/core/model/digest.js';
import { toExitStatus, type VerifyReport } from '../../../src/core/verify/report.js';
import { verifyRegistry } from '../../../src/core/verify/verify.js';
import { HOST } from '../../support/builders.js';
import { signal } from '../../support/storage-pruner.js';
import { StoredCluster } from '../../support/stored-cluster.js';
import { filesBelow } from '../../support/storage-tree.js';

/** A cluster whose image, with a child of an index, lacks all of its links in the repository it was pushed to. */
function withoutLinks(): { cluster: StoredCluster; before: Map<string, string>; image: Digest } {
  const cluster = new StoredCluster();
  const image = cluster.push('ns/app', { layers: ['one', 'two'] });
  const index = cluster.pushIndex('ns/app', [cluster.push('ns/app', { layers: ['child'] })]);
  cluster.tag('ns/app', 'latest', [image, index]);
  // As `oc tag` does: this repository needs no links.
  cluster.tag('prod/app', 'v1', [image], `${HOST}/ns/app`);
  const before = contents(cluster);
  rmSync(path.join(cluster.root, 'repositories/ns'), { recursive: true });
  return { cluster, before, image };
}

const contents = ({ root }: StoredCluster): Map<string, string> =>
  new Map(filesBelow(root).map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

async function repair(
  cluster: StoredCluster,
  repairLinks: 'plan' | 'write',
  { api = cluster.api(), own = signal() } = {},
): Promise<VerifyReport> {
  const request = { scopes: [], storage: cluster.directory, repairLinks, options: {} };
  return verifyRegistry({ api, reporter: SILENT, signal: own }, request);
}
const statuses = ({ links }: VerifyReport): string[] => [...new Set(links.map(({ status }) => status))];

test('a dry run lists the links; a repair writes exactly them, and a second one finds nothing', async () => {
  const { cluster, before } = withoutLinks();
  const without = contents(cluster);
  const planned = await repair(cluster, 'plan');
  expect([statuses(planned), planned.links.length]).toEqual([['would-write'], before.size - without.size]);
  expect(contents(cluster)).toEqual(without);
  expect(toExitStatus(planned.verification)).toBe(2);

  const repaired = await repair(cluster, 'write');
  expect([statuses(repaired), repaired.links.length]).toEqual([['written'], planned.links.length]);
  expect(contents(cluster)).toEqual(before);
  expect(repaired.verification.broken).toEqual([]);
  expect(toExitStatus(repaired.verification)).toBe(0);
  expect((await repair(cluster, 'write')).links).toEqual([]);
});

test('a link whose blob is missing is not written, and the image stays broken', async () => {
  const { cluster, image } = withoutLinks();
  const blob = cluster.blobFile(image);
  rmSync(blob);
  const { links, verification } = await repair(cluster, 'write');
  expect(links.some(({ digest }) => digest === image)).toBe(false);
  expect(statuses({ links } as VerifyReport)).toEqual(['written']);
  expect(verification.broken.map((one) => one.image)).toEqual([image]);
  expect(toExitStatus(verification)).toBe(2);
});

test('nothing is written for an image that the stream no longer lists right before', async () => {
  const { cluster } = withoutLinks();
  let lists = 0;
  const api = cluster.api((requested) => {
    // The third list is the one before the repair.
    if (requested.endsWith('/imagestreams') && ++lists === 3) cluster.objects.imagestreams!.splice(0);
  });
  const { links } = await repair(cluster, 'write', { api });
  expect([lists, links, filesBelow(path.join(cluster.root, 'repositories'))]).toEqual([3, [], []]);
});

test('a link with other content is a failure, and is left alone', async () => {
  const cluster = new StoredCluster();
  const image = cluster.push('ns/app', { layers: ['one'] });
  cluster.tag('ns/app', 'latest', [image]);
  const link = cluster.linkFile('ns/app', 'manifest', image);
  writeFileSync(link, 'other content');
  const { links, verification } = await repair(cluster, 'write');
  expect(links).toEqual([
    {
      kind: 'manifest',
      repository: 'ns/app',
      digest: image,
      status: 'failed',
      message: expect.stringMatching(/it exists with other content.*delete the file/),
    },
  ]);
  expect(readFileSync(link, 'utf8')).toBe('other content');
  expect(toExitStatus(verification)).toBe(2);
});
