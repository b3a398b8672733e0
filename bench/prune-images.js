/**
 * Measures `regadm prune images` as a whole process against a client that only fetches and parses the same lists page
 * by page. Both run in turn on the same machine.
 *
 *   npm run build && npm run bench -- [--against REVISION] [--runs 7] [--only PART,…] [--sizes 500,3000,…]
 *
 * prints a table of all measurements with their targets; with `--against`, also of an older revision, which it builds
 * in a temporary directory, or of a directory with a built program. Parts: start-up, dry-runs, confirmed, builds; and
 * network and binary, which are measured only if they are named. Single measurements:
 *
 *   npm run bench -- --images 20000 [--runs 5] [--latency MS] [--throughput MB/S]
 *                                        a dry run, and where its time goes
 *   npm run bench -- --phases            where the time of a dry run goes
 *   npm run bench -- --confirm           deletions per second, by number of workers (default latency: 5 ms)
 *   npm run bench -- --second-looks      what a confirmed run reads again (default: 5,000 images, 5 workers, 5 ms)
 *   npm run bench -- --growth            500 to 1,000,000 images: a table, and a plot in docs/performance.svg
 *   npm run bench -- --policy            with a policy of 50 rules against none
 *   npm run bench -- --start-up          --help and --version against an empty Node process
 *
 * `--watch all` or `--watch none` changes what the user may watch; by default what the pruner role may. `--throughput`
 * limits each connection. In confirmed runs, `--churn` is the number of pods that change per second.
 */
import { parseArgs } from 'node:util';
import { compare, ON_REQUEST, PARTS, SIZES } from './prune-images/comparison.js';
import {
  reportConfirm,
  reportDryRun,
  reportGrowth,
  reportPhases,
  reportPolicy,
  reportSecondLooks,
  reportStartUp,
} from './prune-images/report.js';
import { buildRevision } from './prune-images/revision.js';
import { machine } from './prune-images/table.js';
import { root } from '../scripts/esbuild-options.js';

const { values } = parseArgs({
  options: {
    against: { type: 'string' },
    only: { type: 'string' },
    sizes: { type: 'string' },
    images: { type: 'string' },
    runs: { type: 'string' },
    latency: { type: 'string' },
    throughput: { type: 'string' },
    watch: { type: 'string' },
    churn: { type: 'string' },
    workers: { type: 'string', default: '5' },
    confirm: { type: 'boolean' },
    phases: { type: 'boolean' },
    'second-looks': { type: 'boolean' },
    growth: { type: 'boolean' },
    policy: { type: 'boolean' },
    'start-up': { type: 'boolean' },
  },
});
const number = (text) => (text === undefined ? undefined : Number(text));
const options = {
  images: number(values.images) ?? (values['second-looks'] ? 5000 : 100_000),
  runs: number(values.runs) ?? 5,
  workers: number(values.workers),
  latency: number(values.latency),
  throughput: number(values.throughput),
  watch: values.watch,
  churn: number(values.churn),
};

// Temporary files are removed at the exit, which a signal alone does not cause.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
console.log(machine());
if (values['start-up']) await reportStartUp(options);
else if (values.policy) await reportPolicy(options);
else if (values['second-looks']) await reportSecondLooks(options);
else if (values.growth) await reportGrowth(options);
else if (values.phases) await reportPhases(options);
else if (values.confirm) await reportConfirm(options);
else if (values.images !== undefined) {
  await reportDryRun(options);
  await reportPhases(options);
} else await reportComparison();

async function reportComparison() {
  const parts = values.only?.split(',') ?? Object.keys(PARTS).filter((part) => !ON_REQUEST.includes(part));
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown !== undefined) throw new Error(`unknown part ${unknown}: ${Object.keys(PARTS).join(', ')}`);
  const old = values.against === undefined ? undefined : buildRevision(values.against);
  await compare({
    directories: { ...(old && { old }), new: root },
    parts,
    sizes: values.sizes?.split(',').map(Number) ?? SIZES,
    runs: number(values.runs) ?? 7,
    watch: values.watch,
    churn: number(values.churn),
  });
}
