/** Where the time of a dry run goes: the same steps as the program's, one after the other, each timed. Writes one JSON line to stderr. */
import { createWriteStream } from 'node:fs';

const [kubeconfig] = process.argv.slice(2);
const marks = [];
const mark = (name) => marks.push([name, performance.now()]);
// What is before this line is Node's own start.
mark('start');
const core = '../../dist/core';
const { openCluster } = await import(`${core}/cluster/index.js`);
const { readSnapshot } = await import(`${core}/cluster/read-snapshot.js`);
const { planImagePrune, usesOf } = await import(`${core}/plan/image-prune.js`);
const { Decisions } = await import(`${core}/graph/decide.js`);
const { emptyOutcome } = await import(`${core}/plan/report.js`);
const { renderImagePrune } = await import(`${core}/render/image-prune.js`);
const { writeAll } = await import(`${core}/render/write.js`);
const { ParsePool } = await import(`${core}/cluster/parse-pool.js`);

let parsing = 0;
const reduce = ParsePool.prototype.reduce;
ParsePool.prototype.reduce = async function (...args) {
  const started = performance.now();
  const page = await reduce.apply(this, args);
  parsing += performance.now() - started;
  return page;
};

const options = {
  keepTagRevisions: 3,
  keepYoungerThanMs: 3_600_000,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended',
  ignoreInvalidRefs: false,
  pruneSignatures: false,
};
mark('import');
const api = await openCluster({ kubeconfig });
const read = await readSnapshot(api, {});
mark('list');
const uses = usesOf(read.snapshot, options, read.now);
new Decisions(read.snapshot, uses, options, read.now);
mark('graph');
const plan = planImagePrune(read.snapshot, options, read.now);
mark('plan');
const report = {
  dryRun: true,
  startedAt: new Date(),
  finishedAt: new Date(),
  keepYoungerThan: '60m',
  plan,
  outcome: emptyOutcome(plan),
  preflight: [],
  warnings: [],
  failures: [],
  imageObjectBytes: read.imageObjectBytes,
};
await writeAll(
  createWriteStream('/dev/null'),
  renderImagePrune(report, 'json', { color: false, width: Infinity, now: Date.now() }),
);
mark('print');
await api.close();
const phases = Object.fromEntries(marks.slice(1).map(([name, at], index) => [name, (at - marks[index][1]) / 1000]));
// The plan decides again what the graph's step has decided.
phases.plan -= phases.graph;
process.stderr.write(`${JSON.stringify({ ...phases, parse: parsing / 1000 })}\n`);
