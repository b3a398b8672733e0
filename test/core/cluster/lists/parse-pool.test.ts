import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ParsePool } from '../../../../src/core/cluster/lists/parse-pool.js';

/** A thread that parses nothing: its pages have no objects. */
const THREAD = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ id, body: { buffer } }) => {
  const page = { count: 0, referrers: [], uids: new Uint32Array() };
  parentPort.postMessage({ id, page, buffer }, [buffer]);
});`;

const MIB = 1024 * 1024;

/** A page with one pod of a size, after which the server announces further objects. */
function podPage(mib: number, remaining?: number): Buffer {
  const pod = { metadata: { name: 'a', namespace: 'n', uid: 'u', annotations: { filler: 'x'.repeat(mib * MIB) } } };
  const metadata = { resourceVersion: '1', ...(remaining ? { continue: 'more', remainingItemCount: remaining } : {}) };
  return Buffer.from(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items: [pod] }));
}

describe('parsing pages in threads', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-parse-pool-'));
  const script = path.join(directory, 'thread.mjs');
  let pool: ParsePool;

  /** Parses pages one after another. @returns where each was parsed */
  async function parsedIn(...pages: Buffer[]): Promise<string[]> {
    const counts: string[] = [];
    for (const page of pages) counts.push((await pool.reduce('pods', page)).count === 1 ? 'main' : 'thread');
    return counts;
  }

  beforeEach(() => {
    writeFileSync(script, THREAD);
    pool = new ParsePool(pathToFileURL(script));
  });
  afterEach(() => pool.close());
  afterAll(() => rmSync(directory, { recursive: true }));

  it('begins once the server announces more than 64 MiB', async () => {
    expect(await parsedIn(podPage(1, 40), podPage(1, 39), podPage(1, 70), podPage(1, 69))).toEqual([
      'main',
      'main',
      'main',
      'thread',
    ]);
  });

  it('begins after 64 MiB if the server announces nothing', async () => {
    expect(await parsedIn(podPage(33), podPage(33), podPage(1))).toEqual(['main', 'main', 'thread']);
  });

  it('keeps small pages in the main thread', async () => {
    expect(await parsedIn(podPage(1, 100), podPage(0.25, 99), podPage(1, 98))).toEqual(['main', 'main', 'thread']);
  });

  it('works without the script of the threads', async () => {
    rmSync(script);
    expect(await parsedIn(podPage(1, 100), podPage(1, 99))).toEqual(['main', 'main']);
  });
});
