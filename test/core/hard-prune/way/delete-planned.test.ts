import { deletePlanned } from '../../../../src/core/hard-prune/way/delete-planned.js';
import type { HardPrunePlan } from '../../../../src/core/orphans/plan/types.js';
import type {
  Deletion,
  DeletionRun,
  RecentLinks,
  RepositoryDeletion,
  Storage,
} from '../../../../src/core/storage/storage.js';
import type { Digest } from '../../../../src/core/model/digest.js';
import { digest } from '../../../support/builders.js';

const [first, second] = ['first', 'second'].map(digest) as [Digest, Digest];

const PLAN: HardPrunePlan = {
  repositories: [{ name: 'gone/app', reason: 'its image stream does not exist' }],
  manifestLinks: [{ repository: 'ns/app', digest: first }],
  layerLinks: [{ repository: 'ns/app', digest: second }],
  uploads: [{ repository: 'ns/app', id: 'upload' }],
  blobs: [{ digest: first }, { digest: second }],
  bytes: 0,
  abandonedUploads: 1,
  kept: [],
};

const DELETED: Deletion = { status: 'deleted' };
const run: DeletionRun = { mayContinue: async () => {} };

const NO_LINKS: RecentLinks = { blobs: new Set(), manifests: new Set() };

interface Results {
  links?: Deletion;
  repositories?: RepositoryDeletion;
  /** Links that were written recently, or why they cannot be read. */
  linked?: RecentLinks | Error;
}

/** A storage that records deletions and answers them with `results`, or else as deleted. */
function aStorage({ linked = NO_LINKS, ...results }: Results = {}): {
  storage: Storage;
  calls: string[];
} {
  const calls: string[] = [];
  const verb =
    (name: string, result: Deletion = DELETED) =>
    async (items: readonly unknown[], run: DeletionRun) => {
      calls.push(`${name} ${items.length}`);
      const refused = await run.mayContinue().then(
        () => undefined,
        (error: Error) => error.message,
      );
      return items.map((): Deletion => (refused === undefined ? result : { status: 'skipped', reason: refused }));
    };
  const storage: Pick<Storage, 'findLinkedSince' | Extract<keyof Storage, `delete${string}`>> = {
    findLinkedSince: () => (linked instanceof Error ? Promise.reject(linked) : Promise.resolve(linked)),
    deleteManifestLinks: verb('manifest links', results.links),
    deleteRepositories: verb('repositories', results.repositories),
    deleteUploads: verb('uploads'),
    deleteBlobs: verb('blobs'),
    deleteLayerLinks: verb('layer links'),
  };
  return { storage: storage as Storage, calls };
}

test('deletes links before blobs, and links to deleted blobs last', async () => {
  const { storage, calls } = aStorage();
  const { failures } = await deletePlanned(storage, PLAN, run);
  expect(calls).toEqual(['manifest links 1', 'repositories 1', 'uploads 1', 'blobs 2', 'layer links 1']);
  expect(failures).toEqual([]);
});

test('a manifest link that could not be deleted keeps only its own blob', async () => {
  const { storage } = aStorage({ links: { status: 'failed', message: 'EACCES' } });
  const { outcomes, failures } = await deletePlanned(storage, PLAN, run);
  expect(outcomes.blobs).toEqual([{ status: 'skipped', reason: 'its manifest link could not be deleted' }, DELETED]);
  expect(failures).toEqual([{ target: `ns/app@${first}`, message: 'EACCES' }]);
});

test('a repository that could not be deleted keeps the blobs that it still links to', async () => {
  const { storage } = aStorage({
    repositories: { status: 'failed', message: 'EACCES', remainingManifests: [second] },
  });
  const { outcomes } = await deletePlanned(storage, PLAN, run);
  expect(outcomes.blobs.map(({ status }) => status)).toEqual(['deleted', 'skipped']);
});

test('if the remaining links of a repository are unknown, no blob is deleted', async () => {
  const { storage } = aStorage({ repositories: { status: 'failed', message: 'EACCES' } });
  const { outcomes } = await deletePlanned(storage, PLAN, run);
  expect(outcomes.blobs.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
});

test('a blob that got a link during the run is kept, if age matters', async () => {
  const { storage } = aStorage({ linked: { ...NO_LINKS, blobs: new Set([second]) } });
  const { outcomes, failures } = await deletePlanned(storage, PLAN, { ...run, keepWrittenSince: 1 });
  expect(outcomes.blobs).toEqual([DELETED, { status: 'skipped', reason: expect.stringContaining('a link to it') }]);
  expect(failures).toEqual([]);
  expect((await deletePlanned(storage, PLAN, run)).outcomes.blobs).toEqual([DELETED, DELETED]);
});

test('if the links cannot be read again, no blob is deleted', async () => {
  const { storage } = aStorage({ linked: new Error('EACCES') });
  const { outcomes, failures } = await deletePlanned(storage, PLAN, { ...run, keepWrittenSince: 1 });
  expect(outcomes.blobs.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
  expect(failures).toEqual([{ target: 'repositories', message: 'EACCES; the blobs were kept' }]);
});

test('once the run may not continue, nothing more is deleted, even if the reason no longer applies', async () => {
  const { storage } = aStorage();
  let asked = 0;
  const mayContinue = async (): Promise<void> => {
    if (++asked === 1) throw new Error('the API server did not answer');
  };
  const { outcomes } = await deletePlanned(storage, PLAN, { mayContinue });
  const skipped = { status: 'skipped', reason: 'the API server did not answer' };
  expect(Object.values(outcomes).flat()).toEqual(Array(6).fill(skipped));
});
