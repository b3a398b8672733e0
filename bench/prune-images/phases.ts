/**
 * Runs the steps of a dry run one after the other and times each: `phases.js KUBECONFIG`. Writes one line of JSON to
 * stderr, in seconds. bench/prune-images/build.js bundles this file as the program is bundled.
 */
import { createWriteStream } from 'node:fs';

const [kubeconfig] = process.argv.slice(2);
const marks: [name: string, at: number][] = [];
const mark = (name: string): void => void marks.push([name, performance.now()]);

// Before this line, Node itself starts.
mark('start');
const { openCluster } = await import('../../src/core/cluster/index.js');
const { readSnapshot } = await import('../../src/core/cluster/lists/read-snapshot.js');
const { planImagePrune } = await import('../../src/core/prune/plan/plan.js');
const { planned } = await import('../../src/core/prune/run.js');
const { imagePruneDocument } = await import('../../src/core/prune/output/document.js');
const { streamDocument } = await import('../../src/core/terminal/streamed-document.js');
const { Writer } = await import('../../src/core/terminal/writer.js');
const { ParsePool } = await import('../../src/core/cluster/lists/parse-pool.js');

let parsing = 0;
const { reduce } = ParsePool.prototype;
ParsePool.prototype.reduce = async function (...args) {
  const started = performance.now();
  const page = await reduce.apply(this, args);
  parsing += performance.now() - started;
  return page;
};
mark('import');

const api = await openCluster({ kubeconfig });
const read = await readSnapshot(api, {});
mark('list');

const options = {
  keepTagRevisions: 3,
  keepYoungerThanMs: 3_600_000,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended' as const,
  ignoreInvalidRefs: false,
  pruneSignatures: false,
};
const plan = planImagePrune(read, options);
mark('plan');

const report = {
  ...planned(plan),
  startedAt: new Date(),
  finishedAt: new Date(),
  keepYoungerThan: '60m',
  plan,
  preflight: [],
  warnings: [],
  imageObjectBytes: read.imageObjectBytes,
};
const output = createWriteStream('/dev/null') as unknown as NodeJS.WriteStream;
await new Writer(output).document(streamDocument(imagePruneDocument(report), 'json'));
mark('print');

await api.close();
const phases = Object.fromEntries(marks.slice(1).map(([name, at], index) => [name, (at - marks[index]![1]) / 1000]));
process.stderr.write(`${JSON.stringify({ ...phases, parse: parsing / 1000 })}\n`);
