import { startSandbox, type RequestInfo, type Sandbox } from '../../src/sandbox/index.js';
import { guardedState, runIn, start } from '../support/guarded.js';
import { regadm, type Outcome } from '../support/regadm.js';

const PROXY = { do: 'respond', status: 404, contentType: 'text/html', body: '<h1>404 Not Found</h1>' } as const;

// A proxy's 404 says nothing about an object, so nothing counts as missing or deleted because of it.
describe("a proxy's 404", () => {
  let sandbox: Sandbox;
  let hit = 0;

  /** Lets a proxy answer these requests to the API server, until the returned function is called. */
  function answer(matches: (request: RequestInfo) => boolean): () => void {
    let down = true;
    hit = 0;
    sandbox.onRequest((request) => {
      if (!down || request.server !== 'api' || !matches(request)) return undefined;
      hit += 1;
      return PROXY;
    });
    return () => void (down = false);
  }

  const admin = (...args: string[]): Promise<Outcome> => runIn(sandbox, args);

  afterEach(() => sandbox.stop());

  test.each(['GET', 'DELETE'])('to %s of the role binding leaves the hard prune unfinished', async (method) => {
    sandbox = await startSandbox({ sample: true });
    const before = guardedState(sandbox);
    const repair = answer(
      (request) => request.method === method && /\/clusterrolebindings\/regadm-hard-prune-/.test(request.path),
    );
    const { status, stderr } = await start(sandbox, ['prune', 'hard', '--confirm', '--rules', 'registry']).ended;
    expect(hit).toBeGreaterThan(0);
    expect(stderr).toMatch(/warning: removing the cluster role binding .*: cannot (?:read|delete) /);
    expect(status).toBe(3);
    expect(guardedState(sandbox)).not.toEqual(before);
    repair();
    const recovery = await admin('prune', 'hard', '--recover');
    expect(recovery.stdout + recovery.stderr).not.toContain('nothing to recover');
    expect(recovery.status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test.each([
    ["the operator's config", /\/configs\/cluster$/, /cannot read configs\.imageregistry/],
    ['the deployment', /\/deployments\/image-registry$/, /cannot read deployments\.apps\/image-registry/],
  ])('to a read of %s does not mean that it does not exist', async (_what, path, message) => {
    sandbox = await startSandbox({ sample: true, storage: 'none' });
    answer((request) => request.method === 'GET' && path.test(request.path.replace(/\?.*/, '')));
    const { status, stdout, stderr } = await admin('registry', 'readonly');
    expect(hit).toBeGreaterThan(0);
    expect(stdout + stderr).not.toContain('does not exist');
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  test('to a list is a failed check of the doctor, also where the list is optional', async () => {
    sandbox = await startSandbox({ sample: true, storage: 'none' });
    answer(({ path }) => /\/build\.openshift\.io\/v1\/builds\b/.test(path));
    const { status, stdout } = await admin('doctor');
    expect(hit).toBeGreaterThan(0);
    expect(stdout).toContain('builds.build.openshift.io cannot be listed (status 404)');
    expect(status).toBe(1);
  });

  test('to the deletion of the pod that checks a node is an error that names the pod', async () => {
    sandbox = await startSandbox({ operator: true, rolloutStepMs: 5 });
    answer(({ method, path }) => method === 'DELETE' && /\/pods\/regadm-node-check-/.test(path));
    const { status, stdout, stderr } = await regadm([
      'edge',
      'verify',
      '--node-check',
      '--kubeconfig',
      sandbox.kubeconfig.admin,
    ]);
    expect(hit).toBeGreaterThan(0);
    expect(stdout + stderr).toMatch(/oc -n openshift-image-registry delete pod regadm-node-check-/);
    expect(status).not.toBe(0);
  });
});
