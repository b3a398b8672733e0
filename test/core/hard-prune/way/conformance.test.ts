import { readFileSync } from 'node:fs';
import path from 'node:path';
import { StoragePruner } from '../../../../src/core/hard-prune/way/storage-pruner.js';
import { openStorage } from '../../../../src/core/storage/open.js';
import { formatBytes } from '../../../../src/core/model/values/quantity.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import { fakeUsageApi } from '../../../support/hard-prune.js';
import {
  filesBelow,
  makeStorageTree,
  temporaryDirectory,
  type StorageDescription,
} from '../../../support/storage-tree.js';

interface RecordedCase {
  name: string;
  cluster: Record<string, unknown[]>;
  storage: StorageDescription;
  expect: {
    check: { blobs: string[]; manifestLinks: string[]; repositories: string[]; summary: string[] };
    delete: { removedFiles: string[] };
  };
}

const file = path.join(import.meta.dirname, '../../../conformance/prune-hard/random.jsonl');
const cases = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedCase);

describe("the registry's own decisions, recorded", () => {
  test.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_name, recorded) => {
    const directory = temporaryDirectory();
    const root = makeStorageTree(directory, recorded.storage);
    const pruner = new StoragePruner({
      storage: await openStorage(directory),
      api: fakeUsageApi(recorded.cluster),
      reporter: SILENT,
      rules: 'registry',
      ages: { keepYoungerThanMs: 0 },
      danglingLinks: false,
    });
    const signal = new AbortController().signal;

    const before = filesBelow(root);
    const { plan } = await pruner.find(signal);
    expect(filesBelow(root)).toEqual(before);
    expect(plan.blobs.map(({ digest }) => digest)).toEqual([...recorded.expect.check.blobs].sort());
    expect(plan.manifestLinks.map(({ repository, digest }) => `${repository}@${digest}`)).toEqual(
      [...recorded.expect.check.manifestLinks].sort(),
    );
    expect(plan.repositories.map(({ name }) => name)).toEqual([...recorded.expect.check.repositories].sort());
    const freed = formatBytes(plan.bytes).replace(' ', '');
    expect([`Would delete ${plan.blobs.length} blobs`, `Would free up ${freed} of disk space`]).toEqual(
      recorded.expect.check.summary,
    );

    const { failures } = await pruner.delete(plan, async () => {}, signal);
    const after = new Set(filesBelow(root));
    expect(failures).toEqual([]);
    expect(before.filter((name) => !after.has(name))).toEqual([...recorded.expect.delete.removedFiles].sort());
  });
});
