/** Measures this program, and an old one if there is one, in turn, and prints a row for each measurement. */
import { pruneBuilds, startBuilds } from '../prune-objects/cluster.js';
import { binaries } from './binary.js';
import { confirmedRun, totals } from './confirmed-run.js';
import { bare, programOf, regadm, timed, withCluster } from './measure.js';
import { cells, HEADER, row } from './rows.js';
import { printHeader, printRow } from './table.js';

/** Targets by number of images: processor time and time as ratios to the baseline, and peak memory in MiB. */
const TARGETS = {
  500: { cpu: 1.3 },
  3000: { cpu: 1.6 },
  20_000: { cpu: 1.7, time: 1.3 },
  100_000: { time: 1, peak: 260 },
};
export const SIZES = Object.keys(TARGETS).map(Number);
/** Below, the start of the program counts as a part of the baseline. */
const START_COUNTS_BELOW = 10_000;
const HELP_RATIO = 1.7;
const NOWHERE = { directory: process.env.TMPDIR ?? '/tmp' };

/** What can be measured. Parts in `ON_REQUEST` take long and change rarely. */
export const PARTS = { 'start-up': startUp, 'dry-runs': dryRuns, confirmed, builds, network, binary };
export const ON_REQUEST = ['network', 'binary'];

/**
 * Prints the table.
 * @param options `directories` of the programs: `new`, and `old` if there is one; `parts` to measure
 */
export async function compare({ directories, parts, ...options }) {
  printHeader(HEADER);
  for (const part of parts) for await (const each of PARTS[part]({ directories, ...options })) printRow(cells(each));
}

/** Measures every program once, in another order in every second round. */
async function inTurn(programs, round, measure) {
  const names = Object.keys(programs);
  const found = {};
  for (const who of round % 2 ? names.reverse() : names) found[who] = await measure(programs[who]);
  return found;
}

/** Measures a number of rounds; a first one, which fills caches, does not count. */
async function rounds(count, measure) {
  const found = [];
  for (let round = 0; round <= count; round++) found.push(await measure(round));
  return found.slice(1);
}

/** Returns one value per program of each round. */
const valuesOf = (found, value) =>
  found.map((round) =>
    Object.fromEntries(Object.entries(round.programs).map(([who, run]) => [who, value(run, round, who)])),
  );

const programsOf = (directories) =>
  Object.fromEntries(Object.entries(directories).map(([who, directory]) => [who, programOf(directory)]));

async function* startUp({ directories, runs }) {
  const programs = programsOf(directories);
  for (const args of [['--version'], ['--help'], ['prune', 'images', '--help']]) {
    const found = await rounds(runs * 3, async (round) => ({
      empty: await timed(NOWHERE, ['-e', '']),
      programs: await inTurn(programs, round, (program) => timed(NOWHERE, [program, ...args])),
    }));
    const name = `\`${args.join(' ')}\``;
    const target = args.at(-1) === '--help' ? { most: HELP_RATIO } : {};
    yield row(
      `${name}: CPU s`,
      valuesOf(found, ({ cpu }) => cpu),
      { digits: 3 },
    );
    yield row(
      `${name}: CPU time / empty process`,
      valuesOf(found, ({ cpu }, { empty }) => cpu / empty.cpu),
      target,
    );
    yield row(
      `${name}: time / empty process`,
      valuesOf(found, (run, { empty }) => run.seconds / empty.seconds),
      target,
    );
  }
}

async function* dryRuns({ directories, runs, sizes }) {
  const programs = programsOf(directories);
  for (const images of sizes) {
    const startCounts = images < START_COUNTS_BELOW;
    const found = await withCluster({ images }, (cluster) =>
      rounds(runs, async (round) => ({
        bare: await bare(cluster),
        start: startCounts ? await inTurn(programs, round, (program) => timed(NOWHERE, [program, '--version'])) : {},
        programs: await inTurn(programs, round, (program) => regadm(cluster, [], { program })),
      })),
    );
    const { cpu, time, peak } = TARGETS[images] ?? {};
    const name = `${images.toLocaleString('en')} images`;
    const baseline = ({ bare: { cpu: own }, start }, who) => own + (start[who]?.cpu ?? 0);
    yield row(
      `${name}: CPU s`,
      valuesOf(found, (run) => run.cpu),
    );
    yield row(
      `${name}: CPU time / ${startCounts ? '(`--version` + bare)' : 'bare'}`,
      valuesOf(found, (run, round, who) => run.cpu / baseline(round, who)),
      { most: cpu },
    );
    yield row(
      `${name}: s`,
      valuesOf(found, ({ seconds }) => seconds),
    );
    yield row(
      `${name}: time / bare`,
      valuesOf(found, (run, round) => run.seconds / round.bare.seconds),
      { most: time },
    );
    yield row(
      `${name}: peak MiB`,
      valuesOf(found, (run) => run.peak),
      { digits: 0, most: peak },
    );
  }
}

async function* confirmed({ directories, runs, watch, churn }) {
  const programs = programsOf(directories);
  const measure = async (options) => {
    const found = [];
    for (let round = 0; round < Math.ceil(runs / 3); round++)
      found.push({
        programs: await inTurn(programs, round, (program) => confirmedRun({ ...options, watch, churn, program })),
      });
    return found;
  };
  const few = await measure({ images: 5000, latency: 5, workers: 5 });
  const second = ({ traffic }) => totals(traffic).second;
  yield row(
    '5,000 images, 5 workers: second looks, MB',
    valuesOf(few, (run) => second(run).bytes / 1e6),
    { digits: 1, mostOfOld: 0.5 },
  );
  yield row(
    '5,000 images, 5 workers: second looks, requests',
    valuesOf(few, (run) => second(run).requests),
    { digits: 0, isFree: true },
  );
  yield* deletions('5,000 images, 5 workers', few);
  yield* deletions('3,000 images, 16 workers', await measure({ images: 3000, latency: 5, workers: 16 }));
}

function* deletions(name, found) {
  yield row(
    `${name}: deletions and updates per s`,
    valuesOf(found, ({ perSecond }) => perSecond),
    {
      digits: 0,
      moreIsBetter: true,
    },
  );
  yield row(
    `${name}: CPU s`,
    valuesOf(found, ({ cpu }) => cpu),
  );
  yield row(
    `${name}: peak MiB`,
    valuesOf(found, ({ peak }) => peak),
    { digits: 0 },
  );
}

async function* builds({ directories, runs }) {
  const cluster = await startBuilds(100_000);
  try {
    const found = await rounds(Math.ceil(runs / 2), async (round) => ({
      programs: await inTurn(programsOf(directories), round, (program) => pruneBuilds(cluster, program)),
    }));
    yield row(
      '`prune builds`, 100,000 builds: CPU s',
      valuesOf(found, ({ cpu }) => cpu),
    );
    yield row(
      '`prune builds`, 100,000 builds: s',
      valuesOf(found, ({ seconds }) => seconds),
    );
    yield row(
      '`prune builds`, 100,000 builds: peak MiB',
      valuesOf(found, ({ peak }) => peak),
      { digits: 0 },
    );
  } finally {
    cluster.close();
  }
}

/** Dry runs over connections of limited throughput. The bytes show whether lists were compressed. */
async function* network({ directories, runs }) {
  const programs = programsOf(directories);
  for (const throughput of [2, 10, 50]) {
    const found = [];
    for (let round = 0; round < Math.ceil(runs / 3); round++)
      found.push({ programs: await inTurn(programs, round, (program) => dryRun({ throughput, program })) });
    const name = `20,000 images, ${throughput} MB/s per connection`;
    yield row(
      `${name}: s`,
      valuesOf(found, ({ seconds }) => seconds),
    );
    yield row(
      `${name}: CPU s`,
      valuesOf(found, ({ cpu }) => cpu),
    );
    yield row(
      `${name}: MB`,
      valuesOf(found, ({ bytes }) => bytes / 1e6),
      { digits: 1, isFree: true },
    );
  }
}

const dryRun = ({ throughput, program }) =>
  withCluster({ images: 20_000, throughput }, async (cluster) => {
    const run = await regadm(cluster, [], { program });
    return { ...run, bytes: (await cluster.statistics()).bytes };
  });

async function* binary({ directories, runs }) {
  const { programs, time, close } = binaries(directories);
  try {
    for (const args of [['--version'], ['--help'], ['prune', 'images', '--help']]) {
      const found = await rounds(runs, async (round) => ({
        programs: await inTurn(programs, round, (program) => time(program, args)),
      }));
      const name = `single executable, \`${args.join(' ')}\``;
      yield row(
        `${name}: CPU s`,
        valuesOf(found, ({ cpu }) => cpu),
        { digits: 3 },
      );
      yield row(
        `${name}: s`,
        valuesOf(found, ({ seconds }) => seconds),
        { digits: 3 },
      );
    }
  } finally {
    close();
  }
}
