import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bare, bareDeletions, phases, regadm, timed, withCluster, PROGRAM } from './measure.js';
import { confirmedRun, totals } from './confirmed-run.js';
import { plot } from './plot.js';
import { policyRuns } from './policy.js';
import { median } from './statistics.js';
import { fixed, table } from './table.js';

/** Runs the program and the baseline in turn. Returns medians. */
async function dryRuns(cluster, runs) {
  const pairs = [];
  // The first reader makes the server render its pages; lists that do not fit the cache are rendered for every reader.
  if (cluster.counts.images <= 100_000) await bare(cluster);
  for (let run = 0; run < runs; run++) pairs.push({ bare: await bare(cluster), regadm: await regadm(cluster) });
  const of = (who, what) => median(pairs.map((pair) => pair[who][what]));
  return {
    ratio: median(pairs.map((pair) => pair.regadm.seconds / pair.bare.seconds)),
    cpuRatio: median(pairs.map((pair) => pair.regadm.cpu / pair.bare.cpu)),
    bare: { seconds: of('bare', 'seconds'), cpu: of('bare', 'cpu'), peak: of('bare', 'peak') },
    regadm: { seconds: of('regadm', 'seconds'), cpu: of('regadm', 'cpu'), peak: of('regadm', 'peak') },
  };
}

const HEADER = [
  'images',
  'regadm s',
  'bare s',
  'ratio',
  'regadm CPU s',
  'bare CPU s',
  'regadm peak MiB',
  'bare peak MiB',
];
const rowOf = (images, { ratio, bare: b, regadm: r }) => [
  images.toLocaleString('en'),
  fixed(r.seconds),
  fixed(b.seconds),
  fixed(ratio),
  fixed(r.cpu),
  fixed(b.cpu),
  fixed(r.peak, 0),
  fixed(b.peak, 0),
];

export async function reportDryRun({ images, runs, latency = 0, throughput }) {
  const result = await withCluster({ images, latency, throughput }, (cluster) => dryRuns(cluster, runs));
  table(HEADER, [rowOf(images, result)]);
}

/** Reports dry runs without and with a policy. */
export async function reportPolicy({ images, runs, latency = 0 }) {
  const { rules, ratio, cpuRatio, ...found } = await withCluster({ images, latency }, (cluster) =>
    policyRuns(cluster, runs),
  );
  const row = (name, { seconds, cpu, peak }) => [name, fixed(seconds), fixed(cpu), fixed(peak, 0)];
  table(
    ['policy', 's', 'CPU s', 'peak MiB'],
    [row('none', found.without), row(`${rules} rules`, found.with), ['ratio', fixed(ratio), fixed(cpuRatio), '']],
  );
}

export async function reportPhases({ images, latency = 0 }) {
  const found = await withCluster({ images, latency }, async (cluster) => {
    await bare(cluster);
    return phases(cluster);
  });
  table(
    ['phase', 's'],
    Object.entries(found).map(([phase, seconds]) => [
      phase === 'parse' ? 'parse (in threads, while lists are read)' : phase,
      fixed(seconds),
    ]),
  );
}

/** Reports the deletions per second that the servers count, from the first to the last deletion. */
export async function reportConfirm({ images, latency = 5 }) {
  const rows = [];
  for (const workers of [5, 16, 64]) {
    rows.push(
      await withCluster({ images: Math.min(images, 20_000), latency }, (cluster) => confirm(cluster, workers, latency)),
    );
  }
  rows.push(
    await withCluster({ images: 2000, latency, busy: 0.05 }, (cluster) =>
      confirm(cluster, 16, latency, ', 429 to one request in twenty'),
    ),
  );
  table(['workers', 'latency, ms', 'deletions and updates', 'per second', 'bare client', 'peak MiB'], rows);
}

async function confirm(cluster, workers, latency, note = '') {
  const { peak } = await regadm(cluster, ['--confirm', '--num-workers', String(workers)]);
  const { deletions, seconds } = await cluster.statistics();
  const possible = await bareDeletions(cluster, workers);
  return [workers, `${latency}${note}`, deletions, fixed(deletions / seconds, 0), fixed(possible, 0), fixed(peak, 0)];
}

/** Reports what a confirmed run reads again, by list. */
export async function reportSecondLooks({ latency = 5, workers, ...options }) {
  const { seconds, deletions, traffic } = await confirmedRun({ ...options, latency, workers });
  const megabytes = ({ bytes }) => fixed(bytes / 1e6, 1);
  table(
    ['list', 'first: requests', 'MB', 'second looks: requests', 'MB', 'watches', 'MB'],
    [...traffic, { path: 'all', ...totals(traffic) }].map(({ path, first, second, watch: watched }) => [
      path,
      ...[first, second, watched].flatMap((count) => [count.requests, megabytes(count)]),
    ]),
  );
  console.log(`\n${deletions} deletions and updates in ${fixed(seconds)} s, ${workers} workers, latency ${latency} ms`);
}

export async function reportGrowth({ runs }) {
  const points = [];
  for (const images of [500, 1000, 3000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000]) {
    const result = await withCluster({ images }, (cluster) => dryRuns(cluster, images > 100_000 ? 1 : runs));
    points.push({ images, ...result });
    console.error(rowOf(images, result).join(' | '));
  }
  table(
    HEADER,
    points.map((point) => rowOf(point.images, point)),
  );
  writeFileSync(fileURLToPath(new URL('../../docs/performance.svg', import.meta.url)), plot(points));
}

export async function reportStartUp({ runs }) {
  const nowhere = { directory: process.env.TMPDIR ?? '/tmp' };
  const commands = { '--version': ['--version'], 'prune images --help': ['prune', 'images', '--help'] };
  const rows = [];
  for (const [name, args] of Object.entries(commands)) {
    const pairs = [];
    for (let run = 0; run < runs * 4; run++)
      pairs.push([await timed(nowhere, ['-e', '']), await timed(nowhere, [PROGRAM, ...args])]);
    const [empty, own] = [0, 1].map((which) => median(pairs.map((pair) => pair[which].cpu)));
    rows.push([
      name,
      fixed(empty, 3),
      fixed(own, 3),
      fixed(median(pairs.map(([a, b]) => b.seconds / a.seconds))),
      fixed(own / empty),
    ]);
  }
  table(['command', 'empty process, CPU s', 'regadm, CPU s', 'ratio of time', 'ratio of CPU time'], rows);
}
