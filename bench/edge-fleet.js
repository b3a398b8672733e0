/**
 * Measures `edge verify --all` as a whole process, against `regadm sandbox` with 30 and 300 managed clusters (or with
 * the numbers of the arguments): without a broken cluster, and with three, one of which never answers until its time
 * of 10 s is over. Run `npm run build` first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { PROGRAM, timed } from './prune-images/measure.js';

const RUNS = Number(process.env.ROUNDS ?? 3);
const BROKEN = ['sno-02:silent', 'sno-03:claim-unbound', 'sno-04:certificate-expired'];
const TIMEOUT = '10s';

/** Starts a hub in a separate process, and waits until it serves. */
async function startHub(managed, broken) {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-bench-'));
  const hub = path.join(directory, 'hub');
  const faults = broken.flatMap((fault) => ['--fail', width(fault, managed)]);
  const args = [PROGRAM, 'sandbox', '--dir', hub, '--managed-clusters', String(managed), ...faults];
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('no permissions')) break;
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
  console.log({
    hub: managed,
    startSeconds: rounded((performance.now() - started) / 1000),
    peakMiB: Math.round(Number(peak[1]) / 1024),
  });
  return {
    directory,
    kubeconfig: path.join(hub, 'kubeconfig-admin'),
    close: async () => {
      child.kill();
      await once(child, 'close');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const rounded = (number) => Number(number.toFixed(1));

/** Names a cluster as a hub with this number of them does: `sno-003` of 300. */
const width = (fault, managed) =>
  fault.replace(/\d+/, (number) => String(Number(number)).padStart(Math.max(2, String(managed).length), '0'));

async function measure(managed, broken) {
  const hub = await startHub(managed, broken);
  const args = [PROGRAM, 'edge', 'verify', '--all', '--hub-kubeconfig', hub.kubeconfig, '--timeout', TIMEOUT];
  try {
    for (let count = 0; count < RUNS; count++) {
      const run = await timed(hub, [...args, '-o', 'json'], { status: broken.length > 0 ? 2 : 0 });
      const [seconds, processorSeconds] = [rounded(run.seconds), rounded(run.cpu)];
      console.log({ managed, broken: broken.length, seconds, processorSeconds, peakMiB: Math.round(run.peak) });
    }
  } finally {
    await hub.close();
  }
}

const sizes = process.argv.slice(2).map(Number);
for (const managed of sizes.length > 0 ? sizes : [30, 300])
  for (const broken of [[], BROKEN]) await measure(managed, broken);
