import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { regadm, type Outcome } from '../../support/regadm.js';
import { useDirectory } from '../../support/saved-lists.js';

const saved = useDirectory();
const status = (...args: string[]): Promise<Outcome> => regadm(['registry', 'status', '--from', saved.dir, ...args]);

interface StatusDocument {
  from?: string;
  server?: string;
  space: { images: number; streams: { name: string }[] };
  freeable?: { cells: { keepTagRevisions: number; keepYoungerThan: string; images: number; tagItems: number }[] };
  unavailable: { what: string; message: string }[];
}

test('the space, and what a dry run from the same files would free', async () => {
  saved.saveLists();
  const report = path.join(saved.dir, 'status.html');
  const { status: exit, stdout, stderr } = await status('-o', 'json', '--report', report);
  expect([exit, stderr]).toEqual([0, expect.stringContaining('shown from files: uses that have appeared since')]);
  const { from, server, space, freeable, unavailable } = JSON.parse(stdout) as StatusDocument;
  expect({ from, server }).toEqual({ from: saved.dir, server: undefined });
  expect(space).toMatchObject({ images: 5, streams: [{ name: 'app' }] });
  expect(unavailable.map(({ what }) => what)).toEqual(['the registry']);
  const planned = await regadm(['prune', 'images', '--from', saved.dir, '-o', 'json']);
  const { summary } = JSON.parse(planned.stdout) as { summary: { images: number; imageStreamTagItems: number } };
  expect(freeable!.cells.find((cell) => cell.keepTagRevisions === 3 && cell.keepYoungerThan === '60m')).toMatchObject({
    images: summary.images,
    tagItems: summary.imageStreamTagItems,
  });
  expect(summary.images).toBe(1);
  expect(readFileSync(report, 'utf8')).toContain(`saved lists: ${saved.dir}`);
});

test('without the lists of workloads, there is no grid; images and image streams are needed', async () => {
  saved.saveLists();
  rmSync(path.join(saved.dir, 'pods.json'));
  const { status: exit, stdout } = await status('-o', 'wide');
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^ns\/app +5 +5 /m);
  expect(stdout).not.toContain('What prune images would free');
  expect(stdout).toMatch(/what a prune would free: .*no list of pods found; .* oc get pods -A -o json > /);
  rmSync(path.join(saved.dir, 'imagestreams.json'));
  expect(await status()).toMatchObject({ status: 1, stderr: expect.stringContaining('no list of imagestreams found') });
});

test.each([['--context'], ['--storage'], ['--metrics-file']])('%s is refused', async (flag) => {
  const { status: exit, stderr } = await status(flag, 'x');
  expect([exit, stderr]).toEqual([1, expect.stringContaining(`--from cannot be specified with ${flag}`)]);
});
