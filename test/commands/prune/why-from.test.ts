import { digest } from '../../support/builders.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { HOST, listOf, savedLists, useDirectory } from '../../support/saved-lists.js';

const saved = useDirectory();
const why = (...args: string[]): Promise<Outcome> => regadm(['prune', 'why', ...args, '--from', saved.dir]);

interface Answers {
  options: { from?: string };
  answers: { images: { name: string; exists: boolean; verdict: string; reason: string }[] }[];
}

test('prune why --from decides as prune images --from does, without a cluster', async () => {
  saved.saveLists();
  const { status, stdout, stderr } = await why('ns/', '-o', 'json');
  expect(status).toBe(0);
  expect(stderr).toContain('warning: answered from files: uses that have appeared since the files were saved');
  const { options, answers } = JSON.parse(stdout) as Answers;
  expect(options.from).toBe(saved.dir);
  const planned = await regadm(['prune', 'images', '--from', saved.dir, '-o', 'json']);
  const { images } = JSON.parse(planned.stdout) as { images: { name: string }[] };
  const pruned = answers[0]!.images.filter(({ verdict }) => verdict === 'prune');
  expect(pruned.map(({ name }) => name)).toEqual(images.map(({ name }) => name));
  expect(pruned).toHaveLength(1);
  expect((await why(digest('used'))).stdout).toContain('kept: used by pod ns/web (container c0)');
});

test('what the files lack is not called gone', async () => {
  saved.saveLists();
  const { images = [] } = savedLists();
  saved.write(
    'images.json',
    listOf(
      'images',
      images.filter(({ metadata }) => metadata.name !== digest('doomed')),
    ),
  );
  const { stdout, stderr } = await why('ns/app', '-o', 'json');
  const lacking = (JSON.parse(stdout) as Answers).answers[0]!.images.find(({ name }) => name === digest('doomed'));
  expect(lacking).toMatchObject({
    exists: false,
    verdict: 'keep',
    reason: 'the files lack its image, which may exist',
  });
  expect(stderr).toContain('the files lack the images of 1 tag item ');
  expect((await why(digest('doomed'))).stdout).toContain('The image is not in the saved lists.');
  const unknown = await why('ns/other');
  expect([unknown.status, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('image stream ns/other does not exist in the saved lists'),
  ]);
  saved.write('pods.json', '');
  expect((await why('ns/app')).stderr).toContain('cannot read the saved lists: pods.json');
});

test.each([
  [['--context', 'c'], '--context'],
  [['--registry-url', HOST], '--registry-url'],
  [['--require-visible-referrers'], '--require-visible-referrers'],
  [['--referrers', 'all'], '--referrers=all'],
])('%j needs a cluster', async (args, flag) => {
  const { status, stderr } = await why('ns/app', ...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(`--from cannot be specified with ${flag}:`)]);
});
