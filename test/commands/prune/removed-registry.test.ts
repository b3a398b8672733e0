import { aScene, type Scene } from '../../support/prune-scene.js';
import { regadm, type Outcome } from '../../support/regadm.js';

const PRUNE = ['prune', 'images', '-o', 'json'];
const REMOVED = /the registry is removed \(managementState Removed\)/;
const REMEDY = /^pass --prune-registry=false to prune API objects only/;

let scene: Scene;
afterEach(() => scene.sandbox.stop());

/** Starts a cluster whose operator has removed the registry. No host of it can be reached. */
async function removed(): Promise<void> {
  scene = await aScene();
  scene.sandbox.store.put('configs', { metadata: { name: 'cluster' }, spec: { managementState: 'Removed' } });
  scene.sandbox.addFault('registry-gone');
}

/** Makes the API server state no host, as the real one does when the registry is removed. */
function stateNoHost(): void {
  for (const stream of scene.sandbox.store.list('imagestreams'))
    scene.sandbox.store.put('imagestreams', { ...stream, status: { ...stream.status, dockerImageRepository: '' } });
}

const run = (args: string[], user: 'admin' | 'pruner' = 'admin'): Promise<Outcome> =>
  regadm([...PRUNE, ...args], { kubeconfig: scene.sandbox.kubeconfig[user] });

test.each([
  ['a host is stated that cannot be reached', () => {}],
  ['no host is stated', stateNoHost],
])('the error says that the registry is removed, and names the flag: %s', async (_what, prepare) => {
  await removed();
  prepare();
  const { status, stdout, stderr } = await run(['--confirm']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'Error',
    code: 'REGISTRY_REMOVED',
    message: expect.stringMatching(REMOVED),
    suggestions: [expect.stringMatching(REMEDY)],
  });
  expect(stderr).not.toContain('expose the registry');
});

test('the warnings of a dry run suggest the flag, not to make the registry reachable', async () => {
  await removed();
  const { stdout } = await run([]);
  const { warnings } = JSON.parse(stdout) as { warnings: string[] };
  expect(warnings.join('\n')).toMatch(/pass --prune-registry=false/);
  expect(warnings.join('\n')).not.toContain('make the registry reachable');
});

test('another registry that the user names keeps its own error, with a note', async () => {
  await removed();
  const { stdout } = await run(['--confirm', '--registry-url', 'https://127.0.0.1:1']);
  const error = JSON.parse(stdout) as { code: string; suggestions: string[] };
  expect(error.code).toBe('REGISTRY_UNREACHABLE');
  expect(error.suggestions.at(-1)).toMatch(/integrated registry is removed .*--prune-registry=false/);
  expect(stdout).not.toContain('expose the registry');
});

test('--prune-registry=false prunes the API objects', async () => {
  await removed();
  const { status, stdout } = await run(['--confirm', '--prune-registry=false']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', registry: null, failures: [] });
});

test('a dry run of the hard prune says that the registry is removed, as a confirmed run does', async () => {
  await removed();
  for (const { metadata } of scene.sandbox.store.list('pods', 'openshift-image-registry'))
    scene.sandbox.store.remove('pods', 'openshift-image-registry', metadata.name);
  const args = ['prune', 'hard', '-o', 'json'];
  const { status, stdout } = await regadm(args, { kubeconfig: scene.sandbox.kubeconfig.admin });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'NO_REGISTRY_POD',
    message: expect.stringMatching(REMOVED),
    suggestions: [expect.stringContaining('--storage DIR --read-only=skip')],
  });
});

test('a run that deletes nothing in the registry does not need it', async () => {
  await removed();
  const { status, stdout } = await run(['--confirm', '--keep-tag-revisions=100', '--keep-younger-than=100000h']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'ImagePrune', images: [] });
});

test('a user who cannot read the configuration gets the error of the connection', async () => {
  await removed();
  const { stdout } = await run(['--confirm'], 'pruner');
  expect(JSON.parse(stdout)).toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
});
