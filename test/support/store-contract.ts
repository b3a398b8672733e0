import type { ObjectStore } from '../../src/core/storage/objects/object-store.js';

/** Keys with characters that a driver must encode; two of them are on the top level. */
export const AWKWARD_KEYS = ['a & <b>', 'a/ü "quoted"', 'b/c?d=e#f', 'b/100%'];

/** Lists the keys that begin with a prefix. */
export async function listedKeys(store: ObjectStore, prefix = ''): Promise<string[]> {
  const found: string[] = [];
  for await (const page of store.list(prefix)) found.push(...page.map(({ key }) => key));
  return found;
}

/** Reads an object as a stream. @returns undefined if it does not exist */
export async function streamedContent(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  const opened = await store.open(key);
  if (!opened) return undefined;
  const content = await readAll(opened.content);
  expect(content).toHaveLength(opened.bytes);
  return content;
}

/** Reads a stream to its end. */
export async function readAll(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Expects that a store with an object of seven bytes, `content`, at each of `AWKWARD_KEYS` lists and reads them. */
export async function expectAwkwardKeys(store: ObjectStore): Promise<void> {
  expect((await listedKeys(store)).sort()).toEqual([...AWKWARD_KEYS].sort());
  const levels = [];
  for await (const level of store.listLevel('')) levels.push(level);
  expect(levels.flatMap(({ prefixes }) => prefixes)).toEqual(['a/', 'b/']);
  expect(levels.flatMap(({ objects }) => objects.map(({ key }) => key))).toEqual(['a & <b>']);
  const found = await store.find('a/ü "quoted"');
  expect(found).toMatchObject({ bytes: 7 });
  expect(Math.abs(found!.writtenAt - Date.now())).toBeLessThan(600_000);
  expect(await store.find('none')).toBeUndefined();
  expect((await store.read('b/100%', 100))!.toString()).toBe('content');
  expect(await store.read('none', 100)).toBeUndefined();
  expect((await streamedContent(store, 'b/100%'))!.toString()).toBe('content');
  expect(await store.open('none')).toBeUndefined();
  await store.write('a/ü "quoted"', 'written');
  expect((await store.read('a/ü "quoted"', 100))!.toString()).toBe('written');
  await expect(store.read('b/100%', 3)).rejects.toThrow('answers with more than');
}
