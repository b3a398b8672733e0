import { PROGRAM, regadm, withCluster } from './measure.js';

/**
 * Runs a confirmed prune over a cluster of its own.
 * @param options of the cluster, and `workers` and `program`
 * @returns what was measured; `deletions` and updates that the servers counted, and how many `perSecond`; the `traffic`
 */
export function confirmedRun({ workers, program = PROGRAM, ...options }) {
  return withCluster(options, async (cluster) => {
    const run = await regadm(cluster, ['--confirm', '--num-workers', String(workers)], { program });
    const { deletions, seconds } = await cluster.statistics();
    return { ...run, deletions, perSecond: deletions / seconds, traffic: await cluster.traffic() };
  });
}

/** Returns the sums of all lists: `first`, `second` and `watch`, each with `requests` and `bytes`. */
export function totals(traffic) {
  const sum = (what, unit) => traffic.reduce((total, each) => total + each[what][unit], 0);
  const total = (what) => ({ requests: sum(what, 'requests'), bytes: sum(what, 'bytes') });
  return { first: total('first'), second: total('second'), watch: total('watch') };
}
