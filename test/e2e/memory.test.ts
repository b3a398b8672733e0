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

describe('memory of a dry run over 20,000 images', () => {
  it('passes with a heap of 128 MB, and stays below 250 MiB in all', async () => {
    const cluster = await startCluster({ images: 20_000 });
    try {
      const { peak } = await regadm(cluster, [], {
        env: { NODE_OPTIONS: '--max-old-space-size=128' },
        output: '/dev/null',
      });
      // What it takes on a quiet machine is in docs/performance.md (below 200 MiB); a crowded one collects garbage later.
      expect(peak).toBeLessThan(250);
    } finally {
      cluster.close();
    }
  });
});
