/**
 * The baseline for `--confirm`: deletions per second of a client that does nothing else, with a number of connections:
 * `deletions.js REGISTRY CONNECTIONS COUNT`.
 */
import https from 'node:https';

const [registry, workers, count] = process.argv.slice(2);
// The certificate is temporary, and verifying it is not what is measured.
const agent = new https.Agent({ keepAlive: true, maxSockets: Number(workers), rejectUnauthorized: false });

function remove() {
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${registry}/admin/blobs/sha256:${'0'.repeat(64)}`,
      { method: 'DELETE', agent },
      (answer) => answer.resume().on('end', resolve),
    );
    request.on('error', reject).end();
  });
}

let left = Number(count);
const worker = async () => {
  while (left-- > 0) await remove();
};
const started = performance.now();
await Promise.all(Array.from({ length: Number(workers) }, worker));
process.stderr.write(`${(Number(count) * 1000) / (performance.now() - started)}\n`);
agent.destroy();
