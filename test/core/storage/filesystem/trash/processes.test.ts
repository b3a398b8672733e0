import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { VersionedFile } from '../../../../../src/core/storage/filesystem/trash/versions.js';
import { kill, killOnExit } from '../../../../support/servers/processes.js';
import { makeStorageTree, temporaryDirectory } from '../../../../support/storage-tree.js';

const PROCESS = fileURLToPath(new URL('./increments.ts', import.meta.url));
const FILE = 'counter.json';
const ROUNDS = 60;

/** A process that increments, and what it has printed. */
interface Incrementing {
  child: ChildProcess;
  added: string[];
  /** Resolves when it has ended. */
  ended: Promise<unknown>;
}

function start(program: string, directory: string, name: string): Incrementing {
  const child = spawn(process.execPath, [program, directory, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const added: string[] = [];
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    added.push(...lines.filter((line) => line.startsWith('added ')).map((line) => line.slice('added '.length)));
  });
  return { child, added, ended: once(child, 'close').then(killOnExit(child)) };
}

async function listIn(directory: string): Promise<string[]> {
  const read = await new VersionedFile(directory, FILE).read();
  return read ? (JSON.parse(read.content.toString()) as string[]) : [];
}

test('no increment is lost between processes that are stopped and killed at any step', async () => {
  const [directory, programs] = [temporaryDirectory(), temporaryDirectory()];
  makeStorageTree(directory, { blobs: {}, repositories: {} });
  const program = path.join(programs, 'increments.mjs');
  buildSync({ entryPoints: [PROCESS], outfile: program, bundle: true, platform: 'node', format: 'esm' });
  let started = 0;
  const begin = (): Incrementing => start(program, directory, `process${started++}`);
  const all: Incrementing[] = [];
  const running = Array.from({ length: 4 }, begin);
  all.push(...running);
  while (running.some(({ added }) => added.length === 0)) await sleep(5);
  let seen: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const at = round % running.length;
    const { child } = running[at]!;
    // The times are arbitrary on purpose: each round stops the process at another step.
    child.kill('SIGSTOP');
    const others = running.filter((other) => other.child !== child);
    const before = others.map(({ added }) => added.length);
    while (others.every(({ added }, other) => added.length === before[other])) await sleep(1);
    const list = await listIn(directory);
    expect(list.slice(0, seen.length)).toEqual(seen);
    seen = list;
    if (round % 5 !== 4) child.kill('SIGCONT');
    else {
      await kill(child);
      running[at] = begin();
      all.push(running[at]!);
    }
    await sleep(round % 7);
  }
  for (const { child } of running) child.stdin!.end('stop\n');
  await Promise.all(all.map(({ ended }) => ended));
  const list = await listIn(directory);
  expect(list.slice(0, seen.length)).toEqual(seen);
  expect(new Set(list).size).toBe(list.length);
  const names = new Set(list);
  expect(all.flatMap(({ added }) => added).filter((name) => !names.has(name))).toEqual([]);
  // Only those that were killed can have added a name that they did not print.
  expect(list.length - all.flatMap(({ added }) => added).length).toBeLessThanOrEqual(ROUNDS / 5);
  await new VersionedFile(directory, FILE).replace(
    Buffer.from('[]'),
    (await new VersionedFile(directory, FILE).read())!.version,
  );
  expect(readdirSync(path.join(directory, 'regadm/versions', FILE))).toEqual([expect.stringMatching(/^current\./)]);
  expect(readFileSync(path.join(directory, 'regadm', FILE), 'utf8')).toBe('[]');
});
