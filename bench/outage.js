/**
 * Measures how long a guarded hard prune of a simulated bucket refuses pushes: BLOBS blobs (default 300,000), a third
 * of them orphans, in REPOSITORIES repositories (default 10,000). Each request to the bucket takes LATENCY_MS (default
 * 20) longer. IMAGE_BYTES (default 8,000) is the size of what regadm does not read of an Image object. Run
 * `npm run build` first.
 */
import { fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SETTINGS = {
  BLOBS: '300000',
  LATENCY_MS: '20',
  REPOSITORIES: '10000',
  LAYER_LINKS: '1',
  IMAGE_BYTES: '8000',
  OPERATOR: '1',
};
Object.assign(process.env, { ...SETTINGS, ...process.env });

async function runRegadm(address) {
  const storage = ['--storage=s3://bucket', `--storage-endpoint=${address}`];
  const cluster = [`--server=${address}`, '--token=benchmark', '--confirm', '-o', 'json'];
  const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'prune', 'hard', ...storage, ...cluster], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, AWS_ACCESS_KEY_ID: 'benchmark', AWS_SECRET_ACCESS_KEY: 'benchmark' },
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, document: JSON.parse(Buffer.concat(chunks).toString()) };
}

const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

async function main() {
  const server = fork(fileURLToPath(new URL('prune-bucket.js', import.meta.url)), ['serve']);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const address = `http://127.0.0.1:${port}`;
  const { status, document } = await runRegadm(address);
  const { summary, procedure, startedAt } = document;
  const requests = await (await fetch(`${address}/requests`)).text();
  const [first, last] = await (await fetch(`${address}/deletions`)).json();
  for (const { step, startedAt: from, finishedAt: to } of procedure)
    console.log(`${seconds(from, to).toFixed(1).padStart(8)} s  ${step}`);
  const before = seconds(startedAt, procedure.find(({ step }) => step.startsWith('taking')).startedAt);
  const deletions = (last - first) / 1000;
  const { readOnlySeconds } = summary;
  const limit = deletions + before / 5;
  console.log(
    `${process.env.BLOBS} blobs, ${summary.blobs} deleted: status ${status}, ${requests} requests; ${before.toFixed(1)} s ` +
      `before the lock, ${deletions.toFixed(1)} s of deletions; pushes refused for ${readOnlySeconds.toFixed(1)} s ` +
      `(goal: ${limit.toFixed(1)} s)`,
  );
  server.disconnect();
  process.exitCode = readOnlySeconds <= limit ? status : 1;
}

await main();
