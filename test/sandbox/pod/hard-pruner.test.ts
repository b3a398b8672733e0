import { readFileSync } from 'node:fs';
import { formatGoBytes, hardPrune } from '../../../src/sandbox/pod/hard-pruner.js';
import { Permissions } from '../../../src/sandbox/api/permissions.js';
import { resourceDefinitions } from '../../../src/sandbox/api/resources.js';
import { binding, clusterRoles } from '../../../src/sandbox/api/roles.js';
import { FileStorage } from '../../../src/sandbox/registry/file-storage.js';
import { Store } from '../../../src/sandbox/api/store.js';
import {
  filesBelow,
  makeStorageTree,
  temporaryDirectory,
  type StorageDescription,
} from '../../support/storage-tree.js';

interface HardPruneCase {
  name: string;
  cluster: Record<string, unknown[]>;
  storage: StorageDescription;
  expect: {
    check: { blobs: string[]; manifestLinks: string[]; repositories: string[]; summary: string[] };
    delete: { removedFiles: string[]; summary: string[] };
  };
}

const FILE = new URL('../../conformance/prune-hard/random.jsonl', import.meta.url);
const CASES = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as HardPruneCase);

function runPruner(
  run: HardPruneCase,
  directory: string,
  mode: 'check' | 'delete',
): { log: string[]; stdout: string[] } {
  const store = new Store(resourceDefinitions(), Date.now);
  for (const [resource, objects] of Object.entries(run.cluster))
    for (const object of objects) store.put(resource, object);
  for (const role of clusterRoles()) store.put('clusterroles', role);
  const account = { serviceAccount: 'registry', namespace: 'openshift-image-registry' };
  store.put('clusterrolebindings', binding('x', 'system:image-pruner', account));
  const lines = [
    ...hardPrune({ store, storage: new FileStorage(directory), permissions: new Permissions(store) }, mode),
  ];
  return {
    log: lines.filter(({ to }) => to === 'stderr').map(({ text }) => /msg="(.*?)" go/.exec(text)![1]!),
    stdout: lines.filter(({ to }) => to === 'stdout').map(({ text }) => text),
  };
}

const after = (lines: string[], prefix: string): string[] =>
  lines
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length))
    .sort();

describe('the simulated hard prune decides as the recorded one', () => {
  test.each(CASES)('$name', (run) => {
    const directory = temporaryDirectory();
    const root = makeStorageTree(directory, run.storage);
    const before = filesBelow(root);

    const check = runPruner(run, directory, 'check');
    expect(after(check.log, 'Would delete blob: ')).toEqual([...run.expect.check.blobs].sort());
    expect(after(check.log, 'Would delete manifest link: ')).toEqual([...run.expect.check.manifestLinks].sort());
    expect(after(check.log, 'Would delete repository: ')).toEqual([...run.expect.check.repositories].sort());
    expect(check.stdout).toEqual(run.expect.check.summary);
    expect(filesBelow(root)).toEqual(before);

    expect(runPruner(run, directory, 'delete').stdout).toEqual(run.expect.delete.summary);
    const left = new Set(filesBelow(root));
    expect(before.filter((file) => !left.has(file))).toEqual([...run.expect.delete.removedFiles].sort());
  });
});

test.each([
  [0, '0B'],
  [512, '512B'],
  [2375, '2.319KiB'],
  [3_044_000_000, '2.835GiB'],
])('%i bytes are formatted as %s', (bytes, text) => {
  expect(formatGoBytes(bytes)).toBe(text);
});
