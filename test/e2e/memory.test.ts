import { fileURLToPath } from 'node:url';

interface Bench {
  startCluster(options: { images: number }): Promise<{ close(): void }>;
  regadm(
    cluster: object,
    args: string[],
    options: { env: Record<string, string>; output: string },
  ): Promise<{ peak: number; seconds: number }>;
}

const BENCH = fileURLToPath(new URL('../../bench/prune-images/measure.js', import.meta.url));
const { startCluster, regadm } = (await import(BENCH)) as Bench;

describe('memory of a dry run for 20,000 images', () => {
  it('a heap of 128 MB is enough, and a pod with 512 MiB does not run out of memory', async () => {
    const cluster = await startCluster({ images: 20_000 });
    try {
      const { peak } = await regadm(cluster, [], {
        env: { NODE_OPTIONS: '--max-old-space-size=128' },
        output: '/dev/null',
      });
      // It needs less than 200 MiB on an idle machine (docs/performance.md) and up to 396 MiB on a busy one, where
      // threads release buffers later. The limit of the pod must always hold.
      expect(peak).toBeLessThan(512);
    } finally {
      cluster.close();
    }
  });
});
