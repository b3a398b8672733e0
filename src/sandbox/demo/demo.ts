import { isSea } from 'node:sea';
import { RegadmError } from '../../core/model/errors.js';
import { formatBytes } from '../../core/model/values/quantity.js';
import { runChild } from '../child.js';
import { measureSpace, sum, type Space } from '../registry/space.js';
import { startSandbox } from '../start.js';
import type { Sandbox } from '../types.js';
import { checkPrune, type PruneDocument } from './checks.js';

/** The script that Node runs as regadm; none for the single executable, which contains the program. */
const PROGRAM = isSea() ? [] : [process.argv[1]!];

interface DemoOptions {
  print(text: string): void;
  /** Ends the demonstration when it aborts. */
  signal: AbortSignal;
}

/**
 * Demonstrates a dry run and a confirmed prune of the sample data: runs regadm as separate processes and measures the
 * registry's files before and after.
 * @throws RegadmError (DEMO_FAILED) if the numbers do not agree; the reason of `signal` if it aborts
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const sandbox = await startSandbox({ sample: true, prunableInPod: true });
  try {
    await new Demo(sandbox, options).run();
  } finally {
    await sandbox.stop();
  }
}

class Demo {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly options: DemoOptions,
  ) {}

  async run(): Promise<void> {
    const { sandbox } = this;
    const { print } = this.options;
    const before = measureSpace(sandbox.storageDir);
    const images = sandbox.store.list('images').map((image) => image.metadata.name);
    print(`A simulated cluster with ${images.length} images. Its registry holds ${describe(before)}.\n`);

    print('$ regadm prune images\n');
    await this.regadm(['prune', 'images']);
    const planned = await this.document(['prune', 'images']);

    print('\n$ regadm prune images --confirm\n');
    const done = await this.document(['prune', 'images', '--confirm']);
    const after = measureSpace(sandbox.storageDir);
    const again = await this.document(['prune', 'images']);

    print(table(done, before, after));
    const problems = checkPrune({ planned, done, again, before, after, images, sandbox });
    if (problems.length) throw failed(`the numbers of the demonstration do not agree: ${problems.join('; ')}`);
    print('\nAll numbers agree: the plan, the report and the remaining files.');
    print('Every image that is kept still has all its blobs.');
    print('Try it yourself: regadm sandbox');
  }

  /** Runs regadm and returns its document. */
  private async document(args: string[]): Promise<PruneDocument> {
    return JSON.parse(await this.regadm([...args, '-o', 'json'], true)) as PruneDocument;
  }

  /** Runs regadm. @param capture returns its stdout; otherwise regadm prints it */
  private async regadm(args: string[], capture = false): Promise<string> {
    const { signal } = this.options;
    const env = { ...process.env, KUBECONFIG: this.sandbox.kubeconfig.pruner };
    const child = await runChild(process.execPath, [...PROGRAM, ...args], { env, capture, signal });
    signal.throwIfAborted();
    if (child.status === 0) return child.stdout;
    throw failed(`regadm ${args.join(' ')} failed: ${child.stderr.trim() || `exit status ${child.status}`}`);
  }
}

function failed(message: string): RegadmError {
  return new RegadmError(message, { code: 'DEMO_FAILED', lines: message.split('\n') });
}

function describe({ blobs }: Space): string {
  return `${blobs.size} blobs, ${formatBytes(sum(blobs.values()))}`;
}

function table({ summary }: PruneDocument, before: Space, after: Space): string {
  const bytes = [before, after].map(({ blobs }) => sum(blobs.values())) as [number, number];
  const rows = [
    ['', 'before', 'after', 'freed'],
    ['blobs', ...[before.blobs.size, after.blobs.size, before.blobs.size - after.blobs.size].map(String)],
    ['bytes on disk', ...[...bytes, bytes[0] - bytes[1]].map(formatBytes)],
  ];
  const line = (cells: string[]): string =>
    cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(14))).join('');
  return [
    ...rows.map(line),
    '',
    `deleted ${summary.images} images`,
    `        ${summary.imageStreamTagItems} tag items of ${summary.imageStreams} image streams`,
    `        ${summary.layerLinks} layer links, ${summary.manifestLinks} manifest links`,
  ].join('\n');
}
