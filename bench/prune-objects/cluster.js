import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROGRAM, timed } from '../prune-images/measure.js';

/** Starts a cluster with a number of builds of 2,000 BuildConfigs, 6 KB each. */
export async function startBuilds(builds) {
  const child = fork(fileURLToPath(new URL('server.js', import.meta.url)), [String(builds)], { stdio: 'inherit' });
  const [port] = await once(child, 'message');
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-bench-'));
  const kubeconfig = path.join(directory, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'bench', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'bench', user: { token: 'bench' } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
      'current-context': 'bench',
    }),
  );
  return {
    directory,
    kubeconfig,
    close: () => {
      child.disconnect();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Measures a dry run of `prune builds` as a whole process. */
export const pruneBuilds = (cluster, program = PROGRAM) =>
  timed(cluster, [program, 'prune', 'builds', '-o', 'json', '--kubeconfig', cluster.kubeconfig]);
