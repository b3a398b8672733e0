import { FakeObjectStore } from '../../../support/fake-object-store.js';
import { KeyDeleter } from '../../../../src/core/storage/objects/delete-keys.js';
import { NoBatches } from '../../../../src/core/storage/objects/no-batches.js';
import { StoreRefusal } from '../../../../src/core/storage/objects/store-refusal.js';
import type { ObjectStoreLimits } from '../../../../src/core/storage/objects/object-store.js';
import type { DeletionRun } from '../../../../src/core/storage/storage.js';

const run: DeletionRun = { mayContinue: async () => {} };
const DELETED = { status: 'deleted' };
const refusal = (): StoreRefusal => new StoreRefusal('refused', { code: 'STORAGE_DENIED' });
const keys = Array.from({ length: 12 }, (_, index) => `key ${String(index).padStart(2, '0')}`);

function aStore(limits: Partial<ObjectStoreLimits> = {}): FakeObjectStore {
  const store = new FakeObjectStore({ batchSize: 2, concurrency: 8, ...limits });
  for (const key of keys) store.put(key);
  return store;
}

/** Counts the concurrent requests. */
function watch(store: FakeObjectStore): { most: number } {
  let running = 0;
  const seen = { most: 0 };
  const original = store.delete.bind(store);
  store.delete = async (some) => {
    seen.most = Math.max(seen.most, ++running);
    await new Promise(setImmediate);
    const problems = await original(some);
    running--;
    return problems;
  };
  return seen;
}

test.each([
  [2, 8, 4],
  [1, 8, 8],
  [2, 3, 3],
  [1000, 16, 1],
])('batches of %i with a concurrency of %i: at most %i concurrent requests', async (batchSize, concurrency, most) => {
  const store = aStore({ batchSize, concurrency });
  const seen = watch(store);
  expect(await new KeyDeleter(store).delete(keys, run)).toEqual(keys.map(() => DELETED));
  expect(seen.most).toBe(most);
  expect(store.keys()).toEqual([]);
});

test('a store that finds out that it has no large batches gets smaller ones', async () => {
  const store = aStore({ batchSize: 6, concurrency: 1 });
  store.onRequest = () => void (store.limits.batchSize = 2);
  expect(await new KeyDeleter(store).delete(keys, run)).toEqual(keys.map(() => DELETED));
  expect(store.requests).toEqual(['delete 6', 'delete 2', 'delete 2', 'delete 2']);
});

test('if the first batch cannot be sent as such, the run is asked before each smaller one', async () => {
  const store = aStore({ batchSize: 12, concurrency: 4 });
  store.onRequest = (request) => {
    if (request !== 'delete 12') return;
    store.limits.batchSize = 4;
    throw new NoBatches();
  };
  let asked = 0;
  const mayContinue = async (): Promise<void> => {
    if (++asked > 2) throw new Error('the lease was lost');
  };
  const results = await new KeyDeleter(store).delete(keys, { mayContinue });
  expect(store.requests).toEqual(['delete 12', 'delete 4']);
  expect(results.slice(0, 4)).toEqual(Array(4).fill(DELETED));
  expect(results.slice(4)).toEqual(Array(8).fill({ status: 'skipped', reason: 'the lease was lost' }));
});

test('each result is that of its key', async () => {
  const store = aStore();
  store.problemOf = (key) => (key.endsWith('5') ? 'locked' : undefined);
  const results = await new KeyDeleter(store).delete(keys, run);
  expect(results.map(({ status }, at) => [keys[at], status]).filter(([, status]) => status !== 'deleted')).toEqual([
    ['key 05', 'failed'],
  ]);
});

test('three requests in a row that fail stop the deletions', async () => {
  const store = aStore({ concurrency: 1 });
  store.onRequest = () => Promise.reject(new Error('status 500'));
  const results = await new KeyDeleter(store).delete(keys, run);
  expect(store.requests).toHaveLength(3);
  expect(results.slice(0, 6)).toEqual(Array(6).fill({ status: 'failed', message: 'status 500' }));
  expect(results.slice(6)).toEqual(
    Array(6).fill({ status: 'skipped', reason: 'the storage failed before: status 500' }),
  );
});

describe('where listings lag behind', () => {
  test('a key that cannot be looked up is a failure of its own', async () => {
    const store = aStore({ listsLate: true });
    store.onRequest = (request) => {
      if (request === 'find key 01') throw new Error('status 500');
    };
    expect(await new KeyDeleter(store).delete(keys.slice(0, 3), run)).toEqual([
      DELETED,
      { status: 'failed', message: 'status 500' },
      DELETED,
    ]);
    expect(store.keys()).toContain('key 01');
  });

  test.each([
    ['all look-ups fail', () => new Error('status 500'), 'status 500'],
    ['a look-up is refused', refusal, 'refused'],
  ])('nothing was changed if %s at first; later it is a failure', async (_what, error, message) => {
    const store = aStore({ listsLate: true });
    const deleter = new KeyDeleter(store);
    const fail = (): void => {
      throw error();
    };
    store.onRequest = fail;
    await expect(deleter.delete(keys.slice(0, 2), run)).rejects.toThrow(message);
    expect(deleter.mayHaveDeleted).toBe(false);
    store.onRequest = () => {};
    await deleter.delete(keys.slice(0, 2), run);
    store.onRequest = fail;
    expect(await deleter.delete(keys.slice(2, 4), run)).toEqual(Array(2).fill({ status: 'failed', message }));
    expect(store.requests).not.toContain('delete 0');
  });
});

describe('another action', () => {
  test('that fails can have been executed; one that is refused was not', async () => {
    const deleter = new KeyDeleter(aStore());
    expect(await deleter.act(run, () => Promise.reject(refusal()))).toEqual({ status: 'failed', message: 'refused' });
    expect(deleter.mayHaveDeleted).toBe(false);
    await deleter.act(run, () => Promise.reject(new Error('reset')));
    expect(deleter.mayHaveDeleted).toBe(true);
  });
});
