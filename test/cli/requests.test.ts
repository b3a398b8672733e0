import type { RequestEntry } from '../../src/core/model/document.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
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
