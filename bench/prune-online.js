/**
 * Compares online hard prunes with a hard prune in read-only mode on a directory with BLOBS blobs (default 100,000), a
 * third of them orphans. Three online runs follow each other: one marks everything, one moves it, one deletes it. They
 * wait for nothing, and the registry is restarted between them. Prints medians of ROUNDS (default 3). Run
 * `npm run build` first.
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ORPHANS, makeTree } from './prune-online/tree.js';

const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Maximum of the time of each online run, as a multiple of the time of a hard prune in read-only mode. */
const GOAL = 1.5;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const ONLINE = ['--online', '--no-restart', '--grace=0s', '--recheck-after=0s', '--trash-keep=0s'];
const OFFLINE = ['--read-only=skip', '--dangling-links'];

/** Runs a hard prune. @returns its time and processor time in s, its peak memory, and what the document counts */
async function prune(directory, { port, flags, usage }) {
  const cluster = [`--server=http://127.0.0.1:${port}`, '--token=bench', '--confirm', '-o', 'json'];
  const args = [here('../bin/run.js'), 'prune', 'hard', `--storage=${directory}`, ...cluster, ...flags];
  const started = performance.now();
  const child = spawn(process.execPath, ['--require', here('prune-images/usage.cjs'), ...args], {
    stdio: ['ignore', 'pipe', process.env.VERBOSE ? 'inherit' : 'ignore'],
    env: { ...process.env, BENCH_USAGE: usage },
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  const wall = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${flags.join(' ')} ended with exit status ${status}; see VERBOSE=1`);
  const { cpu, peak } = JSON.parse(readFileSync(usage, 'utf8').trim().split('\n').at(-1));
  return { wall, cpu, peak, document: JSON.parse(Buffer.concat(chunks).toString()) };
}

/** Prunes a new copy of the tree in read-only mode, and another one online. */
async function round(source, work, server, port) {
  const usage = path.join(work, 'usage');
  const [offline, online] = ['offline', 'online'].map((name) => path.join(work, name));
  for (const copy of [offline, online]) spawnSync('cp', ['-al', source, copy], { stdio: 'inherit' });
  const runs = { offline: await prune(offline, { port, flags: OFFLINE, usage }) };
  for (const [name, count] of Object.entries({ mark: 'marked', move: 'trashed', purge: 'purged' })) {
    runs[name] = await prune(online, { port, flags: ONLINE, usage });
    const { summary } = runs[name].document;
    if (summary[count] !== ORPHANS) throw new Error(`${name}: ${JSON.stringify(summary)}, not ${ORPHANS} ${count}`);
    server.send('restart');
  }
  for (const copy of [offline, online]) rmSync(copy, { recursive: true });
  return runs;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

function report(rounds) {
  const of = (run, value) => median(rounds.map((runs) => runs[run][value]));
  for (const run of ['offline', 'mark', 'move', 'purge']) {
    const [wall, cpu] = ['wall', 'cpu'].map(
      (value) => `${of(run, value).toFixed(2)} s (${(of(run, value) / of('offline', value)).toFixed(2)} x)`,
    );
    console.log(`${run.padEnd(8)} ${wall}, processor ${cpu}, ${of(run, 'peak').toFixed(0)} MiB`);
    if (run !== 'offline' && of(run, 'wall') > GOAL * of('offline', 'wall')) process.exitCode = 1;
    if (process.env.STEPS)
      for (const { step, startedAt, finishedAt } of rounds.at(-1)[run].document.procedure)
        console.log(`  ${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(2).padStart(6)} s  ${step}`);
  }
}

async function main() {
  const work = mkdtempSync(path.join(process.env.BENCH_DIR ?? tmpdir(), 'regadm-bench-'));
  const server = fork(here('prune-online/server.js'));
  const port = await new Promise((resolve) => server.once('message', resolve));
  try {
    const source = path.join(work, 'source');
    makeTree(source);
    const rounds = [];
    for (let at = 0; at < ROUNDS; at++) rounds.push(await round(source, work, server, port));
    report(rounds);
  } finally {
    server.disconnect();
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
