import { actOnce } from '../support/guarded.js';
import { requires } from '../support/jest/requires.js';
import { RGW_PROGRAMS, startRgw } from '../support/servers/ceph-rgw.js';
import { OnlineSoak } from '../support/soak/online-soak.js';
import { bucketStorage, directoryStorage, type SoakStorage } from '../support/soak/storage.js';
import { temporaryDirectory } from '../support/storage-tree.js';

/**
 * Pushes while online hard prunes run, of which one is killed, and while another user restarts the registry.
 * bench/online-soak.js does the same for longer.
 */
async function soak(storage: SoakStorage, { rounds, pushes }: { rounds: number; pushes: number }): Promise<void> {
  const run = await OnlineSoak.start({ storage, seed: 1, pushers: 6, pauseMs: 2000, maxImages: pushes / 2 });
  try {
    await run.pushed(10);
    const frozen = new AbortController();
    const freezing = run.freezePods(2000, frozen.signal);
    const killed = killAtRestart(run);
    while (run.rounds.length < rounds || run.counts.accepted < pushes) {
      if (run.rounds.length === 2) run.pods.restart();
      const { status, stderr } = await run.prune(killed.aborted ? {} : { signal: killed });
      // In the difference, the whole text is shown.
      if (status !== null) expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
    }
    frozen.abort();
    await run.stopPushers();
    await freezing;
    // How many of the images that clients deleted are orphans depends on how fast each works: these always are.
    for (const digest of withoutIndex(run).slice(0, 3)) run.cluster.delete(digest);
    for (let last = 0; last < 3; last++) expect((await run.prune()).status).toBe(0);
    expect(run.counts.unexpected).toEqual([]);
    expect((await run.findBroken()).broken).toEqual([]);
    const total = (name: keyof (typeof run.rounds)[number]): number =>
      run.rounds.reduce((sum, summary) => sum + summary[name], 0);
    expect(total('trashed')).toBeGreaterThan(0);
    expect(total('purged')).toBeGreaterThan(0);
    const before = await storage.contents();
    expect((await run.regadm(['--keep-blobs-younger-than=0', '--dangling-links', '--confirm'])).status).toBe(0);
    expect(await storage.contents()).toEqual(before);
  } finally {
    await run.stop();
  }
}

/** Returns a signal that kills the first run that is about to restart the registry. */
function killAtRestart({ sandbox }: OnlineSoak): AbortSignal {
  const killed = new AbortController();
  const isRestart = ({ method, path }: { method: string; path: string }): boolean =>
    method === 'PATCH' && path.includes('/deployments/');
  actOnce(sandbox, isRestart, () => killed.abort());
  return killed.signal;
}

/** Returns the images that no image index names. */
function withoutIndex({ cluster }: OnlineSoak): string[] {
  const children = new Set([...cluster.accepted.values()].flatMap(({ image }) => image.children.map(digestOf)));
  return [...cluster.accepted.keys()].filter((digest) => !children.has(digest));
}

const digestOf = ({ digest }: { digest: string }): string => digest;

requires('docker-registry').test('nobody loses an image while online hard prunes of a directory run', async () => {
  await soak(directoryStorage(temporaryDirectory()), { rounds: 4, pushes: 60 });
});

requires('docker-registry', ...RGW_PROGRAMS).test('nor while those of a bucket run', async () => {
  const rgw = await startRgw();
  try {
    await rgw.account.createContainer('registry');
    await soak(bucketStorage(rgw, 'registry'), { rounds: 3, pushes: 20 });
  } finally {
    await rgw.stop();
  }
});
