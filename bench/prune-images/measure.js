import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from './build.js';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
/** The program as installed with npm. */
export const programOf = (directory) => path.join(directory, 'bin/run.js');
export const PROGRAM = programOf(here('../..'));
const LISTS = [
  '/apis/image.openshift.io/v1/images',
  '/apis/image.openshift.io/v1/imagestreams',
  '/api/v1/pods',
  '/apis/apps/v1/replicasets',
  '/apis/build.openshift.io/v1/builds',
  '/api/v1/replicationcontrollers',
  '/apis/apps.openshift.io/v1/deploymentconfigs',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/controllerrevisions',
  '/apis/batch/v1/jobs',
  '/apis/batch/v1/cronjobs',
  '/apis/build.openshift.io/v1/buildconfigs',
  '/api/v1/podtemplates',
  '/api/v1/limitranges',
];

/** Temporary directories of clusters; those that are left at the end are removed. */
const temporary = new Set();
process.once('exit', () => temporary.forEach(remove));

function remove(directory) {
  rmSync(directory, { recursive: true, force: true });
  temporary.delete(directory);
}

/**
 * Starts a cluster in a separate process.
 * @param settings `images`: their number; `latency` of each response in ms; `busy`: share of the registry's responses
 *   that are 429; `watch`: what may be watched (api.js); `throughput` of each connection to the API server in MB/s;
 *   `churn`: pods that change per second
 * @returns what clients need to reach it
 */
export async function startCluster({ latency = 0, ...settings }) {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-bench-'));
  temporary.add(directory);
  const child = fork(await bundled('server'), { stdio: 'inherit' });
  const ask = async (message) => {
    child.send(message);
    return (await once(child, 'message'))[0];
  };
  const { server, registry, authority, counts } = await ask({ latency, ...settings });
  const ca = Buffer.from(authority).toString('base64');
  const kubeconfig = path.join(directory, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'bench', cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name: 'bench', user: { token: 'bench' } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      'current-context': 'bench',
    }),
  );
  const lists = path.join(directory, 'lists.json');
  writeFileSync(lists, JSON.stringify({ server, ca: authority, lists: LISTS }));
  return {
    counts,
    registry,
    kubeconfig,
    lists,
    directory,
    statistics: () => ask({ statistics: true }),
    /** Requests and bytes by path of a list (traffic.js). */
    traffic: () => ask({ traffic: true }),
    close: () => {
      child.disconnect();
      remove(directory);
    },
  };
}

/** Runs `work` with a cluster, which ends with it. */
export async function withCluster(options, work) {
  const cluster = await startCluster(options);
  try {
    return await work(cluster);
  } finally {
    cluster.close();
  }
}

/**
 * Runs a script as a whole process.
 * @param options `status` is the expected exit status
 * @returns seconds, peak resident memory in MiB, processor seconds, and its stderr
 */
export async function timed(cluster, args, { node = [], env = {}, output, status = 0 } = {}) {
  const usage = path.join(cluster.directory, `usage-${Math.random()}`);
  const out = openSync(output ?? '/dev/null', 'w');
  const started = performance.now();
  const child = spawn(process.execPath, ['--require', here('usage.cjs'), ...node, ...args], {
    stdio: ['ignore', out, 'pipe'],
    env: { ...process.env, ...env, BENCH_USAGE: usage },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  closeSync(out);
  if (code !== status) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr.slice(-2000)}`);
  const used = JSON.parse(readFileSync(usage, 'utf8'));
  rmSync(usage);
  return { seconds, ...used, stderr };
}

export const bare = (cluster) => timed(cluster, [here('bare.js'), cluster.lists]);

/** Measures `prune images`. @param options `program`: another one than this directory's */
export const regadm = (cluster, args = [], { program = PROGRAM, ...options } = {}) =>
  timed(cluster, [program, 'prune', 'images', '--kubeconfig', cluster.kubeconfig, '-o', 'json', ...args], options);

/** Measures the deletions per second of the bare client. */
export async function bareDeletions(cluster, workers) {
  const { stderr } = await timed(cluster, [here('deletions.js'), cluster.registry, String(workers), '3000']);
  return Number(stderr.trim().split('\n').at(-1));
}

/** Measures the phases of a dry run, in seconds. */
export async function phases(cluster) {
  const { stderr } = await timed(cluster, [await bundled('phases'), cluster.kubeconfig]);
  return JSON.parse(stderr.trim().split('\n').at(-1));
}
