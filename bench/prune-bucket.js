/**
 * Measures the hard prune of a simulated bucket as a whole process: requests, peak memory and time. The bucket has
 * BLOBS blobs (default 1,000,000); ORPHANS=3 (default) makes a third of them orphans, ORPHANS=2 a quarter. Each request
 * takes LATENCY_MS longer. With REGISTRY=1, the requests of the registry's own pruner are sent to the same bucket
 * first, and counted by the same counter. With STATUS=1, `registry status` runs instead of the hard prune; with
 * VERIFY=1, `registry verify`, after a listing of the bucket alone for comparison. Run `npm run build` first.
 */
import { fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listBucket, walkAsTheRegistry } from './prune-bucket/registry-walk.js';
import { BLOBS, isUsed, serve } from './prune-bucket/server.js';

/** Runs regadm. @returns status, peak memory in MiB and time in s */
async function runRegadm(address) {
  const { STATUS, VERIFY } = process.env;
  const command =
    STATUS || VERIFY
      ? ['registry', VERIFY ? 'verify' : 'status', '-o', 'json']
      : ['prune', 'hard', '--keep-blobs-younger-than=0', '--read-only=skip', '--confirm', '-o', 'name'];
  const storage = ['--storage=s3://bucket', `--storage-endpoint=${address}`];
  const cluster = [`--server=${address}`, '--token=benchmark'];
  const start = performance.now();
  const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
  const child = spawn(process.execPath, [program, ...command, ...storage, ...cluster], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'benchmark', AWS_SECRET_ACCESS_KEY: 'benchmark' },
  });
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // The process has just exited.
    }
  }, 10);
  const status = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(timer);
  return { status, peak: Math.round(peak / 1024), seconds: (performance.now() - start) / 1000 };
}

async function main() {
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const address = `http://127.0.0.1:${port}`;
  const countRequests = async () => Number(await (await fetch(`${address}/requests`)).text());
  let registry;
  if (process.env.REGISTRY) {
    const seconds = await walkAsTheRegistry(address, isUsed);
    registry = await countRequests();
    console.log(`${BLOBS} blobs, the registry's own walk: ${registry} requests, ${seconds.toFixed(1)} s`);
  }
  if (process.env.VERIFY) {
    const seconds = await listBucket(address);
    console.log(`${BLOBS} blobs, the listing alone: ${await countRequests()} requests, ${seconds.toFixed(1)} s`);
  }
  const { status, peak, seconds } = await runRegadm(address);
  const requests = await countRequests();
  const share = registry ? `, ${((100 * requests) / registry).toFixed(2)}% of the requests` : '';
  console.log(
    `${BLOBS} blobs, regadm: status ${status}, ${requests} requests, ${peak} MiB, ${seconds.toFixed(1)} s${share}`,
  );
  server.disconnect();
  process.exitCode = status;
}

if (process.argv[2] === 'serve') serve();
else await main();
