import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { VersionedFile, type NameCalls } from '../../../../../src/core/storage/filesystem/trash/versions.js';
import { makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const FILE = 'marks.json.gz';
/** More steps than a replacement has. */
const STEPS = 14;
const calls: NameCalls = { readdir, rename, unlink };

/** Where a process sleeps: before or after one of its steps, of all or of those with a name. */
interface Sleep {
  step: number;
  isAfter?: boolean;
  only?: keyof NameCalls;
}

/** A process that sleeps until `wake` is called; `asleep` resolves when it gets there. */
function sleeper(directory: string, { step, isAfter = false, only }: Sleep) {
  let [steps, wake, fallAsleep] = [0, (): void => undefined, (): void => undefined];
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const asleep = new Promise<void>((resolve) => (fallAsleep = resolve));
  const sleeping =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const isHere = (only === undefined || only === name) && ++steps === step;
      const early = isHere && isAfter ? await call(...args).then((result) => ({ result })) : undefined;
      if (isHere) {
        fallAsleep();
        await woken;
      }
      return early ? early.result : call(...args);
    };
  const slow = Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, sleeping(name, call as never)]));
  return { file: new VersionedFile(directory, FILE, slow as unknown as NameCalls), asleep, wake };
}

const aDirectory = (): string => {
  const directory = temporaryDirectory();
  makeStorageTree(directory, { blobs: {}, repositories: {} });
  return directory;
};

/** Adds a name to the list in the file. @returns true if the file says that it did; false if another was faster */
async function add(file: VersionedFile, name: string): Promise<boolean> {
  const read = await file.read();
  const names = read ? (JSON.parse(read.content.toString()) as string[]) : [];
  return (await file.replace(Buffer.from(JSON.stringify([...names, name])), read?.version)) !== undefined;
}

const listIn = (directory: string): string[] =>
  JSON.parse(readFileSync(path.join(directory, 'regadm', FILE), 'utf8')) as string[];

const CASES = Array.from({ length: STEPS }, (_, at) => at + 1).flatMap((step) =>
  [false, true].flatMap((isAfter) => [0, 2].map((before) => ({ step, when: isAfter ? 'after' : 'before', before }))),
);

test.each(CASES)(
  'whoever sleeps $when step $step loses nothing, after $before writers',
  async ({ step, when, before }) => {
    const directory = aDirectory();
    const awake = new VersionedFile(directory, FILE);
    const won: string[] = [];
    const addAwake = async (name: string): Promise<void> => {
      expect(await add(awake, name)).toBe(true);
      won.push(name);
    };
    for (let writer = 0; writer < before; writer++) await addAwake(`before ${writer}`);
    const slow = sleeper(directory, { step, isAfter: when === 'after' });
    const late = add(slow.file, 'late');
    await Promise.race([slow.asleep, late]);
    // It can have won before it fell asleep: then those who come next continue its list.
    for (const writer of [1, 2, 3]) await addAwake(`meanwhile ${writer}`);
    const seen = listIn(directory);
    slow.wake();
    const isWon = await late;
    expect(listIn(directory)).toEqual(isWon && !seen.includes('late') ? [...seen, 'late'] : seen);
    await addAwake('at the end');
    const names = listIn(directory);
    expect(names.filter((name) => name !== 'late')).toEqual(won);
    expect(names.includes('late')).toBe(isWon);
    expect(JSON.parse((await awake.read())!.content.toString())).toEqual(names);
    expect(readdirSync(path.join(directory, 'regadm')).sort()).toEqual([FILE, 'versions']);
    expect(readdirSync(path.join(directory, 'regadm/versions', FILE))).toEqual([expect.stringMatching(/^current\./)]);
  },
);

const EACH = Array.from({ length: STEPS }, (_, at) => at + 1);

test.each(EACH)('whoever is killed before step %i leaves nothing for long', async (step) => {
  const directory = aDirectory();
  const awake = new VersionedFile(directory, FILE);
  await add(awake, 'first');
  await add(awake, 'second');
  const killed = sleeper(directory, { step });
  await Promise.race([killed.asleep, add(killed.file, 'killed')]);
  await add(awake, 'third');
  await add(awake, 'fourth');
  expect(listIn(directory).filter((name) => name !== 'killed')).toEqual(['first', 'second', 'third', 'fourth']);
  expect(readdirSync(path.join(directory, 'regadm/versions', FILE))).toEqual([expect.stringMatching(/^current\./)]);
});

test.each(EACH)('whoever sleeps before step %i removes nothing of the next writer', async (step) => {
  const directory = aDirectory();
  const awake = new VersionedFile(directory, FILE);
  await add(awake, 'first');
  await add(awake, 'second');
  const [one, next] = [sleeper(directory, { step }), sleeper(directory, { step: 1, only: 'rename' })];
  const isFirst = add(one.file, 'one');
  await Promise.race([one.asleep, isFirst]);
  const isSecond = add(next.file, 'next');
  await Promise.race([next.asleep, isSecond]);
  one.wake();
  const won = [await isFirst, (next.wake(), await isSecond)];
  expect(won).toContain(true);
  expect(listIn(directory)).toEqual(['first', 'second', ...['one', 'next'].filter((_, at) => won[at])]);
});

test.each([1, 2, 3])('a lost response to rename %i does not make a writer lose', async (lost) => {
  const directory = aDirectory();
  const awake = new VersionedFile(directory, FILE);
  await add(awake, 'first');
  await add(awake, 'second');
  let renames = 0;
  const unsure: NameCalls['rename'] = async (from, to) => {
    await rename(from, to);
    // The client of NFS sends the request again, and the name is gone.
    if (++renames === lost) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  };
  expect(await add(new VersionedFile(directory, FILE, { ...calls, rename: unsure }), 'third')).toBe(true);
  expect(renames).toBe(3);
  expect(await add(awake, 'fourth')).toBe(true);
  expect(listIn(directory)).toEqual(['first', 'second', 'third', 'fourth']);
});

test('a name that a directory seems to lack while it changes is looked for again', async () => {
  const directory = aDirectory();
  const awake = new VersionedFile(directory, FILE);
  await add(awake, 'first');
  await add(awake, 'second');
  const version = (await awake.read())!.version;
  let reads = 0;
  const blind = (async (path: string) => (++reads % 3 === 0 ? readdir(path) : [])) as unknown as NameCalls['readdir'];
  const file = new VersionedFile(directory, FILE, { ...calls, readdir: blind });
  expect((await file.read())!.version).toBe(version);
  expect(await add(file, 'third')).toBe(true);
  expect(listIn(directory)).toEqual(['first', 'second', 'third']);
});

test.each(['an empty directory of versions', 'none'])('a deleted file can be written again, with %s', async (left) => {
  const directory = aDirectory();
  const file = new VersionedFile(directory, FILE);
  await add(file, 'first');
  await add(file, 'second');
  const { version } = (await file.read())!;
  await file.delete();
  expect(await file.read()).toBeUndefined();
  if (left !== 'none') mkdirSync(path.join(directory, 'regadm/versions', FILE));
  expect(await file.replace(Buffer.from('[]'), version)).toBeUndefined();
  expect(await add(file, 'third')).toBe(true);
  expect(await add(file, 'fourth')).toBe(true);
  expect(listIn(directory)).toEqual(['third', 'fourth']);
});
