import { execFile, spawn } from 'node:child_process';
import { isSea } from 'node:sea';
import { promisify } from 'node:util';
import { formatBytes } from '../../core/model/quantity.js';
import { RegadmError } from '../../core/model/errors.js';
import { checkPrune, type PruneDocument } from './checks.js';
import { startSandbox, type Sandbox } from '../index.js';
import { measureSpace, totalOf } from '../registry/space.js';

/** The script that Node runs as regadm; none for the single executable, which is the program itself. */
const PROGRAM = isSea() ? [] : [process.argv[1]!];
const run = promisify(execFile);

/**
 * The demonstration: a dry run and a confirmed prune of the sample data by the program itself, as separate processes, and
 * what the registry's files say before and after.
 * @throws RegadmError (DEMO_FAILED) when the numbers do not add up
 */
export async function runDemo(print: (text: string) => void): Promise<void> {
  const sandbox = await startSandbox({ sample: true });
  try {
    await demonstrate(sandbox, print);
  } finally {
    await sandbox.stop();
  }
}

async function demonstrate(sandbox: Sandbox, print: (text: string) => void): Promise<void> {
  const before = measureSpace(sandbox.storageDir);
  const images = sandbox.store.list('images').map((image) => image.metadata.name);
  print(
    `A simulated cluster with ${images.length} images; its registry holds ${before.blobs.size} blobs, ${formatBytes(totalOf(before.blobs.values()))}.\n`,
  );

  print('$ regadm prune images\n');
  await show(sandbox, ['prune', 'images']);
  const planned = await asDocument(sandbox, ['prune', 'images']);

  print('\n$ regadm prune images --confirm\n');
  const done = await asDocument(sandbox, ['prune', 'images', '--confirm']);
  const after = measureSpace(sandbox.storageDir);
  const again = await asDocument(sandbox, ['prune', 'images']);

  print(table(done, before.blobs, after.blobs));
  const problems = checkPrune({ planned, done, again, before, after, images, sandbox });
  if (problems.length) {
    throw new RegadmError(`the demonstration's numbers do not add up: ${problems.join('; ')}`, { code: 'DEMO_FAILED' });
  }
  print('\nAll numbers agree: the plan, what was done, the files that are left; every image that stayed is whole.');
  print('Try it yourself: regadm sandbox');
}

function table(done: PruneDocument, before: Map<string, number>, after: Map<string, number>): string {
  const { summary } = done;
  const rows = [
    ['', 'before', 'after', 'freed'],
    ['blobs', `${before.size}`, `${after.size}`, `${before.size - after.size}`],
    [
      'bytes on disk',
      ...[totalOf(before.values()), totalOf(after.values())].map(formatBytes),
      formatBytes(totalOf(before.values()) - totalOf(after.values())),
    ],
  ];
  const line = (cells: string[]): string =>
    cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(14))).join('');
  const counts = `deleted ${summary.images} images, ${summary.imageStreamTagItems} items of ${summary.imageStreams} image streams, ${summary.layerLinks} layer links, ${summary.manifestLinks} manifest links`;
  return [...rows.map(line), '', counts].join('\n');
}

function environment(sandbox: Sandbox): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: sandbox.kubeconfig.pruner };
}

/** Runs the program with its output on ours. */
async function show(sandbox: Sandbox, args: string[]): Promise<void> {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { env: environment(sandbox), stdio: 'inherit' });
  const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (status !== 0)
    throw new RegadmError(`regadm ${args.join(' ')} ended with status ${status}`, { code: 'DEMO_FAILED' });
}

async function asDocument(sandbox: Sandbox, args: string[]): Promise<PruneDocument> {
  const options = { env: environment(sandbox), maxBuffer: 1 << 26 };
  const all = [...args, '-o', 'json'];
  const { stdout } = await run(process.execPath, [...PROGRAM, ...all], options).catch(
    (error: Error & { stderr?: string }) => {
      throw new RegadmError(`regadm ${all.join(' ')} failed: ${error.stderr?.trim() || error.message}`, {
        code: 'DEMO_FAILED',
        cause: error,
      });
    },
  );
  return JSON.parse(stdout) as PruneDocument;
}
