import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isNativeError } from 'node:util/types';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readArchive } from '../../src/core/saved-lists/archive.js';
import { temporaryDirectory } from '../support/storage-tree.js';

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 100) };
const dir = temporaryDirectory();

/** An uncompressed archive with two files, as tar writes it. */
function anArchive(): Buffer {
  const tree = temporaryDirectory();
  writeFileSync(path.join(tree, 'pods.json'), JSON.stringify({ kind: 'PodList', items: [] }));
  writeFileSync(path.join(tree, 'images.yaml'), 'kind: ImageList\nitems: []\n'.repeat(30));
  const file = path.join(dir, 'whole.tar');
  execFileSync('tar', ['-cf', file, '-C', tree, '.']);
  return readFileSync(file);
}

/** What is done to the bytes: some are replaced, and the rest is cut. */
const damage = fc.record({
  changes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
  cut: fc.option(fc.nat(), { freq: 3 }),
  beforeCompression: fc.boolean(),
});

function damaged(
  bytes: Buffer,
  { changes, cut }: { changes: [at: number, byte: number][]; cut: number | null },
): Buffer {
  const copy = Buffer.from(cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
  for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
  return copy;
}

test('an archive with any bytes is read or refused, and no file is outside of it', async () => {
  const whole = anArchive();
  const file = path.join(dir, 'damaged.tar.gz');
  const readFiles = async (): Promise<string[]> => {
    const names: string[] = [];
    await readArchive(file, {
      wants: () => true,
      file: (name) => void names.push(name),
      unreadable: (name) => void names.push(name),
    });
    return names;
  };
  writeFileSync(file, gzipSync(whole));
  expect((await readFiles()).sort()).toEqual(['images.yaml', 'pods.json']);
  await fc.assert(
    fc.asyncProperty(damage, async ({ beforeCompression, ...what }) => {
      const bytes = beforeCompression ? gzipSync(damaged(whole, what)) : damaged(gzipSync(whole), what);
      writeFileSync(file, bytes);
      // Errors of Node's streams are not instances of the Error of this context.
      const names = await readFiles().catch((error: unknown) => {
        expect(isNativeError(error)).toBe(true);
        expect(['TypeError', 'RangeError', 'ReferenceError']).not.toContain((error as Error).name);
        return [];
      });
      for (const name of names) expect(name.split('/')).not.toContain('..');
    }),
    RUNS,
  );
});
