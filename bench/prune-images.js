/**
 * Measures `regadm prune images` as a whole process against a client that only fetches and parses the same lists page
 * by page. Both run in turn on the same machine.
 *
 *   npm run build && npm run bench -- [--images 100000] [--runs 5] [--latency MS]
 *   npm run bench -- --phases            where the time of a dry run goes
 *   npm run bench -- --confirm           deletions per second, by number of workers (default latency: 5 ms)
 *   npm run bench -- --second-looks      what a confirmed run reads again (default: 5,000 images, 5 workers, 5 ms)
 *   npm run bench -- --growth            1,000 to 1,000,000 images: a table, and a plot in docs/performance.svg
 *   npm run bench -- --policy            with a policy of 50 rules against none
 *   npm run bench -- --start-up          --help and --version against an empty Node process
 */
import { parseArgs } from 'node:util';
import {
  machine,
  reportConfirm,
  reportDryRun,
  reportGrowth,
  reportPhases,
  reportPolicy,
  reportSecondLooks,
  reportStartUp,
} from './prune-images/report.js';

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    runs: { type: 'string', default: '5' },
    latency: { type: 'string' },
    confirm: { type: 'boolean' },
    phases: { type: 'boolean' },
    'second-looks': { type: 'boolean' },
    workers: { type: 'string', default: '5' },
    growth: { type: 'boolean' },
    policy: { type: 'boolean' },
    'start-up': { type: 'boolean' },
  },
});
const options = {
  images: Number(values.images ?? (values['second-looks'] ? 5000 : 100_000)),
  workers: Number(values.workers),
  runs: Number(values.runs),
  latency: values.latency === undefined ? undefined : Number(values.latency),
};

console.log(machine());
if (values['start-up']) await reportStartUp(options);
else if (values.policy) await reportPolicy(options);
else if (values['second-looks']) await reportSecondLooks(options);
else if (values.growth) await reportGrowth(options);
else if (values.phases) await reportPhases(options);
else if (values.confirm) await reportConfirm(options);
else {
  await reportDryRun(options);
  await reportPhases(options);
}
