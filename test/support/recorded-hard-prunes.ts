import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SILENT } from '../../src/core/kit/reporter.js';
import { StoragePruner } from '../../src/core/hard-prune/way/storage-pruner.js';
import { formatBytes } from '../../src/core/model/values/quantity.js';
import type { Storage } from '../../src/core/storage/storage.js';
import { fakeUsageApi } from './hard-prune.js';
import type { StorageDescription } from './storage-tree.js';

/** A recorded decision of the registry's own pruner: see test/conformance/README.md. */
export interface RecordedCase {
  name: string;
  cluster: Record<string, unknown[]>;
  storage: StorageDescription;
  expect: {
    check: { blobs: string[]; manifestLinks: string[]; repositories: string[]; summary: string[] };
    delete: { removedFiles: string[] };
  };
}

/** Reads the 50 random clusters. */
export function recordedHardPrunes(): RecordedCase[] {
  const file = path.join(import.meta.dirname, '../conformance/prune-hard/random.jsonl');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as RecordedCase);
}

/** A storage that contains the tree of a case. */
interface FilledStorage {
  storage: Storage;
  /** Lists its files or keys, relative to `docker/registry/v2`, sorted. */
  files(): string[] | Promise<string[]>;
}

/**
 * Prunes a storage by the rules of the registry, and compares every decision and every deleted file with the record.
 * @param hasDirectories false if the storage has no empty directories, and therefore no empty repositories
 */
export async function expectAsRecorded(
  recordedCase: RecordedCase,
  { storage, files }: FilledStorage,
  hasDirectories: boolean,
): Promise<void> {
  const { cluster, expect: recorded } = recordedCase;
  const pruner = new StoragePruner({
    storage,
    api: fakeUsageApi(cluster),
    reporter: SILENT,
    rules: 'registry',
    ages: { keepYoungerThanMs: 0 },
    danglingLinks: false,
  });
  const signal = new AbortController().signal;
  const before = await files();
  const { plan } = await pruner.find(signal);
  expect(await files()).toEqual(before);
  expect(plan.blobs.map(({ digest }) => digest)).toEqual([...recorded.check.blobs].sort());
  expect(plan.manifestLinks.map(({ repository, digest }) => `${repository}@${digest}`)).toEqual(
    [...recorded.check.manifestLinks].sort(),
  );
  expect(plan.repositories.map(({ name }) => name)).toEqual(expectedRepositories(recordedCase, hasDirectories));
  const freed = formatBytes(plan.bytes).replace(' ', '');
  expect([`Would delete ${plan.blobs.length} blobs`, `Would free up ${freed} of disk space`]).toEqual(
    recorded.check.summary,
  );
  const { failures } = await pruner.delete(plan, async () => {}, signal);
  const after = new Set(await files());
  expect(failures).toEqual([]);
  expect(before.filter((name) => !after.has(name))).toEqual([...recorded.delete.removedFiles].sort());
}

/** Returns the repositories to delete. @param hasDirectories as for `expectAsRecorded` */
export function expectedRepositories(recorded: RecordedCase, hasDirectories: boolean): string[] {
  const { repositories } = recorded.expect.check;
  return repositories.filter((name) => hasDirectories || hasKeys(recorded.storage, name)).sort();
}

function hasKeys({ repositories }: StorageDescription, name: string): boolean {
  const { manifests, layers = [], uploads = [] } = repositories[name]!;
  return (manifests ?? []).length + layers.length + uploads.length > 0;
}
