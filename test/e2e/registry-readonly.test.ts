import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { runIn, start } from '../support/guarded.js';
import { schemaProblems } from '../support/json-schema.js';

let sandbox: Sandbox;

const begin = async (options: SandboxOptions = {}): Promise<void> => {
  sandbox = await startSandbox({ sample: true, ...options });
};

afterEach(() => sandbox.stop());

const readonly = async (
  ...args: string[]
): Promise<{ status: number | null; document: Record<string, unknown>; stderr: string }> => {
  const { status, stdout, stderr } = await runIn(sandbox, ['registry', 'readonly', ...args, '-o', 'json']);
  return { status, document: JSON.parse(stdout) as Record<string, unknown>, stderr };
};
const patches = (): number => sandbox.requests.filter(({ method }) => method === 'PATCH').length;
const spec = (): unknown => sandbox.store.get('configs', 'cluster')?.spec?.readOnly;

test('shows the mode of the config and of every pod, and the conditions', async () => {
  await begin({ replicas: 2 });
  const { status, document } = await readonly();
  expect(status).toBe(0);
  expect(document).toMatchObject({ apiVersion: 'regadm/v1', kind: 'RegistryMode', readOnly: false, previous: false });
  expect(document.pods).toHaveLength(2);
  expect(document.pods).toMatchObject([
    { readOnly: false, ready: true },
    { readOnly: false, ready: true },
  ]);
  expect(document.conditions).toContainEqual(expect.objectContaining({ type: 'Degraded', status: 'False' }));
  expect(patches()).toBe(0);
  expect(schemaProblems('registry-mode', document)).toEqual([]);
});

test.each([1, 3])('on waits until only read-only pods exist (%i replicas), and off reverts it', async (replicas) => {
  await begin({ replicas });
  const on = await readonly('on');
  expect(on.status).toBe(0);
  expect(on.document).toMatchObject({ readOnly: true, previous: false, rolledOut: true });
  expect(on.document.pods).toEqual(
    Array(replicas).fill(expect.objectContaining({ readOnly: true, ready: true, terminating: false })),
  );
  const off = await readonly('off');
  expect(off.document).toMatchObject({ readOnly: false, previous: true, rolledOut: true });
  expect(off.document.pods).toEqual(Array(replicas).fill(expect.objectContaining({ readOnly: false, ready: true })));
});

test('switching to the current mode changes nothing', async () => {
  await begin();
  expect((await readonly('off')).status).toBe(0);
  expect(patches()).toBe(0);
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('--wait=false returns at once', async () => {
  await begin({ rolloutStepMs: 'manual' });
  const { status, document } = await readonly('on', '--wait=false');
  expect(status).toBe(0);
  expect(document).toMatchObject({ readOnly: true, rolledOut: false });
  // The next call waits for the roll-out in progress, without another change.
  const again = start(sandbox, ['registry', 'readonly', 'on', '-o', 'json']);
  const stepping = setInterval(() => sandbox.rollout.step(), 20);
  expect((await again.ended).status).toBe(0);
  clearInterval(stepping);
  expect(patches()).toBe(1);
});

test('before the roll-out is complete, the registry is only set to the mode', async () => {
  await begin({ rolloutStepMs: 'manual' });
  const { stdout } = await runIn(sandbox, ['registry', 'readonly', 'on', '--no-wait']);
  expect(stdout).toMatch(
    /^The registry is set to read-only \(it was read-write\)\.\nNot rolled out to every pod yet: .*\n {2}pod \S+ {2}read-write /,
  );
  sandbox.rollout.finish();
  expect((await runIn(sandbox, ['registry', 'readonly'])).stdout).toMatch(/^The registry is read-only\.\n {2}pod /);
});

test('the wait for a stuck roll-out ends after --timeout with an error', async () => {
  await begin({ fail: ['rollout-stuck'] });
  const { status, document } = await readonly('on', '--timeout', '1s');
  expect(status).toBe(1);
  expect(document).toMatchObject({ kind: 'Error', code: 'ROLLOUT_TIMEOUT' });
  expect(document.suggestions).toContain(
    'the request for read-only mode stays set (spec.readOnly: true); undo it: regadm registry readonly off',
  );
  expect(spec()).toBe(true);
});

test('an interruption after the change says that the request stays set, and how to undo it', async () => {
  await begin({ registryReadOnly: true, rolloutStepMs: 'manual' });
  const off = start(sandbox, ['registry', 'readonly', 'off', '-o', 'json']);
  sandbox.onRequest(({ path }) => {
    if (patches() > 0 && path.includes('/deployments/')) off.child.kill('SIGTERM');
  });
  const { status, stdout } = await off.ended;
  expect(status).toBe(143);
  const { code, suggestions } = JSON.parse(stdout) as { code: string; suggestions: string[] };
  expect(code).toBe('INTERRUPTED');
  expect(suggestions).toContain(
    'the request for read-write mode stays set (spec.readOnly: false); undo it: regadm registry readonly on',
  );
  expect(spec()).toBe(false);
});

test.each([
  ['fails after the change', 'GET /deployments/image-registry from=3 => 403', /stays set/, /undo it: .* readonly off/],
  [
    'may have made the change',
    'PATCH /configs/cluster => after=500',
    /cannot change/,
    /request can be set .* undo it: regadm registry readonly off$/,
  ],
])('a request that %s is reported so', async (_what, fault, message, advice) => {
  await begin({ fail: [fault] });
  const { status, document } = await readonly('on');
  expect(status).toBe(1);
  expect(document.suggestions).toContainEqual(expect.stringMatching(advice));
  expect(spec()).toBe(true);
});

test('a request for read-write mode that fails after the change is reported so, too', async () => {
  await begin({ registryReadOnly: true, fail: ['GET /deployments/image-registry from=3 => 403'] });
  const { status, document } = await readonly('off');
  expect(status).toBe(1);
  expect(document.suggestions).toContain(
    'the request for read-write mode stays set (spec.readOnly: false); undo it: regadm registry readonly on',
  );
  expect(spec()).toBe(false);
});

test('a change that the server refuses is not said to be set', async () => {
  await begin({ fail: ['PATCH /configs/cluster => 403'] });
  const { status, document } = await readonly('on');
  expect(status).toBe(1);
  expect(JSON.stringify(document)).not.toMatch(/stays set|can be set/);
  expect(spec()).toBeUndefined();
});

test('is not complete before the operator has acted on the config', async () => {
  await begin({ rolloutStepMs: 'manual' });
  const config = sandbox.store.get('configs', 'cluster')!;
  // Another change that the operator has not seen; the Deployment and the pods are as they should be.
  const metadata = { ...config.metadata, generation: config.metadata.generation! + 1 };
  sandbox.store.put('configs', { ...config, metadata });
  const { document } = await readonly();
  expect(document).toMatchObject({ rolledOut: false, pending: 'waiting for the operator to act on its config' });
  const timedOut = await readonly('off', '--timeout', '1s');
  expect(timedOut.document.message).toContain('waiting for the operator to act on its config');
  sandbox.rollout.finish();
  expect((await readonly('off')).document).toMatchObject({ rolledOut: true });
});

test('a managementState other than Managed is reported, and a change is refused', async () => {
  await begin({ managementState: 'Unmanaged' });
  const { status, stderr } = await readonly();
  expect(status).toBe(0);
  expect(stderr).toContain('managementState is Unmanaged');
  const on = await readonly('on');
  expect(on.status).toBe(4);
  expect(on.document).toMatchObject({ code: 'NOT_MANAGED' });
  expect(on.stderr).toContain('* set it to Managed, or switch the registry manually in its Deployment');
  expect(spec()).toBeUndefined();
});

test.each(['Unmanaged', 'Removed', undefined])(
  'the remedies for managementState %s name no flag that the command does not have',
  async (managementState) => {
    await begin();
    const config = sandbox.store.get('configs', 'cluster')!;
    sandbox.store.put('configs', { ...config, spec: { ...config.spec, managementState } });
    const { status, stderr } = await readonly('on');
    expect(status).toBe(4);
    expect(stderr).toMatch(/\n {2}\* \S/);
    expect(stderr).not.toMatch(/--read-only|--storage/);
  },
);

test.each(['on', 'off'])(
  'without a managementState, %s is refused, because the operator does nothing',
  async (mode) => {
    await begin({ registryReadOnly: mode === 'off' });
    const { spec: { managementState: _, ...rest } = {}, ...config } = sandbox.store.get('configs', 'cluster')!;
    sandbox.store.put('configs', { ...config, spec: rest });
    const shown = await readonly();
    expect(shown.status).toBe(0);
    expect(shown.stderr).toContain('managementState is missing: the operator does not apply changes');
    const { status, document } = await readonly(mode);
    expect(document).toMatchObject({ code: 'NOT_MANAGED' });
    expect(document.message).toMatch(/has no managementState: the operator would not apply a change/);
    expect(status).toBe(4);
    expect(spec()).toBe(mode === 'off' ? true : undefined);
  },
);

test('a concurrent change of the config is not an error', async () => {
  await begin({ fail: ['PATCH /configs/cluster times=3 => 409'] });
  expect((await readonly('on')).status).toBe(0);
  expect(spec()).toBe(true);
});

test('a missing permission is not blamed on the role of pruners, which does not include it', async () => {
  await begin();
  const { status, stdout } = await runIn(
    sandbox,
    ['registry', 'readonly', 'on', '-o', 'json'],
    sandbox.kubeconfig.pruner,
  );
  expect(status).toBe(1);
  const { code, suggestions } = JSON.parse(stdout) as { code: string; suggestions: string[] };
  expect(code).toBe('FORBIDDEN');
  expect(suggestions).toEqual([expect.stringContaining('ask a cluster administrator')]);
});

test('an invalid argument is refused', async () => {
  await begin();
  const { status, stdout } = await runIn(sandbox, ['registry', 'readonly', 'maybe', '-o', 'json']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'USAGE' });
});
