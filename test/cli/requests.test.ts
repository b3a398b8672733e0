import type { RequestEntry } from '../../src/core/model/document.js';
import { startHub, startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm } from '../support/regadm.js';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterAll(() => sandbox.stop());

const prune = (...more: string[]) =>
  regadm(['prune', 'images', '--confirm', '--keep-tag-revisions=1', ...more], { kubeconfig: sandbox.kubeconfig.admin });

test('the document counts the requests that both servers got, second looks apart', async () => {
  const { stdout } = await prune('-o', 'json');
  const { requests } = JSON.parse(stdout) as { requests: RequestEntry[] };
  const counted = (server: string, isIncluded: (entry: RequestEntry) => boolean = () => true): number =>
    requests.filter((entry) => entry.server === server && isIncluded(entry)).reduce((sum, { count }) => sum + count, 0);
  const sent = (server: string, path = /./): number =>
    sandbox.requests.filter((request) => request.server === server && path.test(request.path)).length;
  expect(counted('api')).toBe(sent('api'));
  expect(counted('registry')).toBe(sent('registry'));
  const pods = requests.filter(({ resource }) => resource === 'pods');
  expect(pods).toContainEqual(expect.objectContaining({ verb: 'list', bytes: expect.any(Number) }));
  expect(pods).toContainEqual(expect.objectContaining({ verb: 'list', recheck: true, bytes: expect.any(Number) }));
  expect(counted('api', ({ resource }) => resource === 'pods')).toBe(sent('api', /\/pods\?/));
});

test('-v 6 prints the counts at the end', async () => {
  const { stderr } = await prune('-v', '6');
  expect(stderr).toMatch(/^sent to the API server: \d+ requests, [\d.]+ \w+ received$/m);
  expect(stderr).toMatch(/^ {2}list pods: \d+ requests?, [\d.]+ \w+ received$/m);
  expect(stderr).toMatch(/^sent to the registry: \d+ requests/m);
});

test('watches that the API server refuses are counted and logged like all requests', async () => {
  const own = await startSandbox({ sample: true });
  try {
    const { stdout, stderr } = await regadm(
      ['prune', 'images', '--confirm', '--keep-tag-revisions=1', '-o', 'json', '-v', '6'],
      { kubeconfig: own.kubeconfig.pruner },
    );
    const { requests } = JSON.parse(stdout) as { requests: RequestEntry[] };
    const sent = own.requests.filter(({ server }) => server === 'api');
    expect(sent.filter(({ path, status }) => /watch=true/.test(path) && status === 403)).not.toHaveLength(0);
    expect(requests.filter(({ server }) => server === 'api').reduce((sum, { count }) => sum + count, 0)).toBe(
      sent.length,
    );
    expect(requests).toContainEqual(expect.objectContaining({ resource: 'pods', verb: 'watch', count: 1 }));
    expect(requests.find(({ resource, verb }) => resource === 'pods' && verb === 'watch')!.bytes).toBeGreaterThan(100);
    expect(stderr).toMatch(/^GET \/api\/v1\/pods 403 \(stream\)$/m);
  } finally {
    await own.stop();
  }
});

test('requests that a failure ends are logged as canceled, before the summary, and only if they were sent', async () => {
  const own = await startSandbox({ sample: true });
  try {
    own.addFault('GET /imagestreams => 403');
    const { stdout, stderr } = await regadm(['prune', 'images', '-o', 'json', '-v', '6'], {
      kubeconfig: own.kubeconfig.admin,
    });
    const { requests } = JSON.parse(stdout) as { requests: RequestEntry[] };
    const lines = stderr.split('\n');
    const isRequest = (line: string): boolean => /^GET \//.test(line);
    const count = requests.reduce((sum, entry) => sum + entry.count, 0);
    expect(lines.filter(isRequest)).toHaveLength(count);
    expect(lines.filter((line) => isRequest(line) && !/ \d{3} in \d+ ms$|: canceled$/.test(line))).toEqual([]);
    const summary = lines.findIndex((line) => line.startsWith(`sent to the API server: ${count} requests`));
    expect(summary).toBeGreaterThan(lines.findLastIndex(isRequest));
    expect(own.requests.filter(({ server }) => server === 'api').length).toBeLessThanOrEqual(count);
  } finally {
    await own.stop();
  }
});

interface Sent {
  server: string;
}

/** Expects the document and `-v 6` to count what the servers got. @param names of the servers in the line of `-v 6` */
function expectCounts(
  { stdout, stderr }: { stdout: string; stderr: string },
  got: readonly Sent[],
  names: Record<RequestEntry['server'], string>,
): void {
  const { requests } = JSON.parse(stdout) as { requests: RequestEntry[] };
  for (const server of ['api', 'registry'] as const) {
    const sent = got.filter((request) => request.server === server).length;
    const counted = requests.filter((entry) => entry.server === server).reduce((sum, { count }) => sum + count, 0);
    expect([server, counted]).toEqual([server, sent]);
    expect(stderr).toContain(`\nsent to ${names[server]}: ${sent} requests, `);
  }
}

test('doctor counts its requests', async () => {
  const own = await startSandbox({ sample: true });
  try {
    const outcome = await regadm(['doctor', '-o', 'json', '-v', '6'], { kubeconfig: own.kubeconfig.admin });
    expectCounts(outcome, own.requests, { api: 'the API server', registry: 'the registry' });
  } finally {
    await own.stop();
  }
});

test('edge verify --all counts the requests to the hub and to all managed clusters', async () => {
  const { hub, clusters, stop } = await startHub({ managedClusters: 2, rolloutStepMs: 5 });
  try {
    const all = ['edge', 'verify', '--hub-kubeconfig', hub.kubeconfig.admin, '--all'];
    const outcome = await regadm([...all, '-o', 'json', '-v', '6']);
    const got = [hub, ...[...clusters.values()].map(({ sandbox }) => sandbox)].flatMap(({ requests }) => requests);
    expectCounts(outcome, got, { api: '3 API servers', registry: '2 registries' });
  } finally {
    await stop();
  }
});
