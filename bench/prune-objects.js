/**
 * Measures a dry run of `prune builds` for 100,000 builds of 2,000 BuildConfigs, 6 KB each, as a whole process.
 * `node bench/prune-objects.js [BUILDS]`. Run `npm run build` first.
 */
import { pruneBuilds, startBuilds } from './prune-objects/cluster.js';

const RUNS = Number(process.env.ROUNDS ?? 3);
const builds = Number(process.argv[2] ?? 100_000);
const cluster = await startBuilds(builds);
// The first run fills the cache of the server.
for (let run = 0; run <= RUNS; run++) {
  const { seconds, peak, cpu } = await pruneBuilds(cluster);
  if (run > 0) console.log({ builds, seconds, peakMiB: peak, processorSeconds: cpu });
}
cluster.close();
