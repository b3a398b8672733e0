import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { runIn } from '../support/guarded.js';
import { registryFiles } from '../support/online-prune.js';
import { filesBelow } from '../support/storage-tree.js';

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ sample: true, replicas: 2 })));
afterEach(() => sandbox.stop());

/** Deletes the data of all images, and leaves the directories, as an interrupted deletion does. */
function emptyImages(): void {
  const images = new Set(sandbox.store.list('images').map(({ metadata }) => metadata.name.slice(7)));
  const files = registryFiles(sandbox.storageDir).filter((file) => images.has(file.split('/').at(-2)!));
  for (const file of files.filter((file) => file.endsWith('/data'))) rmSync(join(sandbox.storageDir, 'docker', file));
}

test.each([
  ['prune hard', ['prune', 'hard', '--keep-blobs-younger-than=0']],
  ['prune hard --trash', ['prune', 'hard', '--trash', '--keep-blobs-younger-than=0']],
  ['prune hard --online', ['prune', 'hard', '--online', '--keep-blobs-younger-than=0']],
  ['trash purge', ['trash', 'purge', '--older-than=0']],
])("%s refuses another cluster's storage that has only empty directories of this one's images", async (_, command) => {
  await runIn(sandbox, ['prune', 'hard', '--trash', '--confirm', `--storage=${sandbox.storageDir}`]);
  emptyImages();
  const data = (): string[] => filesBelow(sandbox.storageDir).filter((file) => !file.startsWith('regadm/versions/'));
  const before = data();
  const result = await runIn(sandbox, [...command, `--storage=${sandbox.storageDir}`, '--confirm', '-o', 'json']);
  expect([result.status, JSON.parse(result.stdout)]).toEqual([4, expect.objectContaining({ code: 'OTHER_STORAGE' })]);
  expect(data()).toEqual(before);
});
