import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { abandonedLease, LEASE_ANNOTATION } from '../support/abandoned-lease.js';
import { runIn } from '../support/guarded.js';
import { schemaProblems } from '../support/json-schema.js';

const NAMESPACE = 'openshift-image-registry';

let sandbox: Sandbox;

async function begin(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ sample: true, emptyDir: true, ...options });
}

afterEach(() => sandbox.stop());

interface Result {
  status: number | null;
  document: Record<string, unknown> & { code?: string; warnings?: string[]; suggestions?: string[] };
  stderr: string;
}

async function run(...args: string[]): Promise<Result> {
  const { status, stdout, stderr } = await runIn(sandbox, [...args, '-o', 'json']);
  return { status, document: JSON.parse(stdout) as Result['document'], stderr };
}

const changes = (): string[] =>
  sandbox.requests
    .filter(({ method, path }) => method !== 'GET' && !path.includes('reviews'))
    .map(({ method, path }) => `${method} ${path}`);
const config = () => sandbox.store.get('configs', 'cluster')!;
const pods = (): string[] =>
  sandbox.store
    .list('pods', NAMESPACE)
    .filter(({ metadata }) => metadata.labels?.['docker-registry'])
    .map(({ metadata }) => metadata.name);

/** Sets fields of the config as another user would. */
function changeConfig(spec: object, annotations?: Record<string, string>): void {
  const { metadata, ...rest } = config();
  sandbox.store.put('configs', { ...rest, metadata: { ...metadata, annotations }, spec: { ...rest.spec, ...spec } });
}

const HARD = ['prune', 'hard', '--confirm', '--rules=registry'];

test.each([
  ['registry readonly on', ['registry', 'readonly', 'on'], {}],
  ['registry readonly on --no-wait', ['registry', 'readonly', 'on', '--no-wait'], {}],
  ['registry readonly off', ['registry', 'readonly', 'off'], { registryReadOnly: true }],
  ['registry restart', ['registry', 'restart'], {}],
  ['registry restart, while Unmanaged', ['registry', 'restart'], { managementState: 'Unmanaged' as const }],
  ['prune hard', HARD, {}],
  ['prune hard --storage', [...HARD, '--storage', 'DIR'], {}],
  ['prune hard of a registry that is read-only', HARD, { registryReadOnly: true }],
])('%s is refused before anything is changed', async (_what, args, options) => {
  await begin(options);
  const before = pods();
  const { status, document } = await run(...args.map((arg) => (arg === 'DIR' ? sandbox.storageDir : arg)));
  expect(document).toMatchObject({ kind: 'Error', code: 'EPHEMERAL_STORAGE' });
  expect(document.message).toMatch(/every roll-out of the registry deletes all its images: .*emptyDir/);
  expect(document.suggestions!.join()).toContain('--accept-data-loss');
  expect(status).toBe(4);
  expect(changes()).toEqual([]);
  expect(pods()).toEqual(before);
});

/** Removes the volume of the images, so that they are in the file system of the container. */
function removeVolume(): void {
  changeConfig({ storage: {} });
  changeContainers({ volumeMounts: [] });
}

/** Changes fields of the registry's containers, and removes the volumes of its pods. */
function changeContainers(fields: object): void {
  const { spec, ...deployment } = sandbox.store.get('deployments', NAMESPACE, 'image-registry')!;
  const template = spec!.template as { spec: { containers: object[] } };
  const containers = template.spec.containers.map((container) => ({ ...container, ...fields }));
  const bare = { ...template, spec: { ...template.spec, containers, volumes: [] } };
  sandbox.store.put('deployments', { ...deployment, spec: { ...spec, template: bare } });
}

test.each([
  ['registry readonly on', ['registry', 'readonly', 'on']],
  ['registry restart', ['registry', 'restart']],
  ['prune hard', HARD],
])('%s is refused if no volume has the images', async (_what, args) => {
  await begin({ emptyDir: false });
  removeVolume();
  const { status, document } = await run(...args);
  expect(document).toMatchObject({ code: 'EPHEMERAL_STORAGE' });
  expect(document.message).toMatch(/deletes all its images: .*no volume of its Deployment contains \/registry/);
  expect(status).toBe(4);
  expect(changes()).toEqual([]);
});

/** Removes every statement about the storage from the Deployment: the configuration file of its image has it. */
function removeStatement(): void {
  changeContainers({ env: [], volumeMounts: [] });
}

/** Removes the storage from the config, too. */
function removeStatements(): void {
  const { metadata, spec, status } = config();
  const { storage: _, ...rest } = status!;
  sandbox.store.put('configs', { metadata, spec: { ...spec, storage: {} }, status: rest });
  removeStatement();
}

test.each([
  ['registry readonly on', ['registry', 'readonly', 'on']],
  ['registry restart', ['registry', 'restart']],
  ['prune hard', HARD],
])('%s is refused if nothing shows where the images are', async (_what, args) => {
  await begin({ emptyDir: false });
  removeStatements();
  const { status, document } = await run(...args);
  expect(document).toMatchObject({ code: 'REGISTRY_STORAGE_UNKNOWN' });
  expect(document.message).toMatch(/can delete all its images: nothing shows where .*\/cluster names no storage, and/);
  expect(document.suggestions!.join()).toContain('--accept-data-loss');
  expect(status).toBe(4);
  expect(changes()).toEqual([]);
});

test('registry restart is refused if the root directory comes from another object', async () => {
  await begin({ emptyDir: false });
  const valueFrom = { configMapKeyRef: { name: 'registry', key: 'root' } };
  changeContainers({ env: [{ name: 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY', valueFrom }] });
  const { status, document } = await run('registry', 'restart');
  expect(document).toMatchObject({ code: 'REGISTRY_STORAGE_UNKNOWN' });
  expect(document.message).toMatch(/ROOTDIRECTORY of its Deployment comes from another object, so nothing shows/);
  expect(status).toBe(4);
  expect(changes()).toEqual([]);
});

test('registry restart names the config that it could not read', async () => {
  await begin({ emptyDir: false, fail: ['GET /configs/cluster => 403'] });
  removeStatement();
  const { status, document } = await run('registry', 'restart');
  expect(document).toMatchObject({ code: 'REGISTRY_STORAGE_UNKNOWN' });
  expect(document.message).toMatch(/\/cluster cannot be read \(.*\), and its Deployment names no storage/);
  expect(status).toBe(4);
  expect(changes()).toEqual([]);
  const dryRun = await run('registry', 'restart', '--dry-run');
  expect(dryRun.stderr).toMatch(/warning: a roll-out of the registry can delete all its images: .*--accept-data-loss/);
  expect(dryRun.document).not.toHaveProperty('deletesAllImages');
});

test('registry restart --accept-data-loss restarts a registry whose storage is not known', async () => {
  await begin({ emptyDir: false });
  removeStatements();
  const before = pods();
  const { status, document, stderr } = await run('registry', 'restart', '--accept-data-loss');
  expect(stderr).toContain('warning: a roll-out of the registry can delete all its images');
  expect(status).toBe(0);
  expect(document).not.toHaveProperty('deletesAllImages');
  expect(pods()).not.toEqual(before);
});

/** Expects `registry status` and `doctor` to report that the images end with the pods. */
async function expectReported(kind: string, words: string): Promise<void> {
  const status = await run('registry', 'status');
  expect(status.document.registry).toMatchObject({ storage: { kind, ephemeral: true } });
  expect(schemaProblems('registry-status', status.document)).toEqual([]);
  const { document } = await run('doctor');
  expect(document.checks).toContainEqual(
    expect.objectContaining({
      name: 'storage',
      status: 'warning',
      message: expect.stringContaining(words) as string,
    }),
  );
}

test('registry status and doctor report images that no volume has', async () => {
  await begin({ emptyDir: false });
  removeVolume();
  await expectReported('container', 'no volume of its Deployment');
});

test.each([
  ['registry readonly on', ['registry', 'readonly', 'on'], {}],
  ['registry readonly off', ['registry', 'readonly', 'off'], { registryReadOnly: true }],
  ['registry restart', ['registry', 'restart'], {}],
  ['prune hard', HARD, {}],
])('%s --accept-data-loss runs, with a warning', async (_what, args, options) => {
  await begin(options);
  const before = pods();
  const { status, stderr } = await run(...args, '--accept-data-loss');
  expect(stderr).toContain('warning: every roll-out of the registry deletes all its images');
  expect(status).toBe(0);
  expect(pods()).not.toEqual(before);
});

test('a command that causes no roll-out is not refused', async () => {
  await begin({ registryReadOnly: true });
  const before = pods();
  expect((await run('registry', 'readonly')).status).toBe(0);
  expect((await run('registry', 'readonly', 'on')).status).toBe(0);
  expect((await run(...HARD, '--read-only=required')).status).toBe(0);
  expect((await run(...HARD, '--read-only=skip', '--storage', sandbox.storageDir)).status).toBe(0);
  expect(pods()).toEqual(before);
});

test('a volume claim needs no flag', async () => {
  await begin({ emptyDir: false });
  const { status, stderr } = await run('registry', 'readonly', 'on');
  expect(status).toBe(0);
  expect(stderr).not.toContain('deletes all');
});

test('a dry run of the hard prune is a warning that names the flag', async () => {
  await begin();
  const dry = ['prune', 'hard', '--storage', sandbox.storageDir];
  const { status, document, stderr } = await run(...dry);
  expect(status).toBe(0);
  const problem = /every roll-out .* deletes all its images: .*; --confirm refuses unless --accept-data-loss is given/;
  expect(document.warnings).toContainEqual(expect.stringMatching(problem));
  expect(stderr).toMatch(problem);
  const required = await run(...dry, '--read-only=required');
  expect(required.stderr).not.toContain('deletes all');
});

test('a dry run in the pod warns, even if it then fails because the role is missing', async () => {
  await begin();
  const { stderr } = await run('prune', 'hard');
  expect(stderr).toMatch(/every roll-out .* deletes all its images: .*; --confirm refuses/);
});

test('a dry run of the restart says that all images would be deleted, and not how to turn the cache off', async () => {
  await begin();
  const { status, document, stderr } = await run('registry', 'restart', '--dry-run');
  expect(status).toBe(0);
  expect(document).toMatchObject({ dryRun: true, deletesAllImages: true });
  expect(schemaProblems('registry-restart', document)).toEqual([]);
  expect(stderr).toMatch(/deletes all its images: .*--accept-data-loss/);
  expect(stderr).not.toContain('oc patch');
  expect(changes()).toEqual([]);
});

describe('--recover', () => {
  const leave = (readOnly: boolean): void => {
    changeConfig(readOnly ? { readOnly: true } : {}, { [LEASE_ANNOTATION]: JSON.stringify(abandonedLease()) });
    sandbox.rollout.finish();
  };
  const isLocked = (): boolean => config().metadata.annotations?.[LEASE_ANNOTATION] !== undefined;

  test('refuses to restore the mode, which is a roll-out, and keeps the lock', async () => {
    await begin();
    leave(true);
    const { status, document } = await run('prune', 'hard', '--recover');
    expect(document).toMatchObject({ code: 'EPHEMERAL_STORAGE' });
    expect(status).toBe(4);
    expect(changes()).toEqual([]);
    expect(isLocked()).toBe(true);
    expect((await run('prune', 'hard', '--recover', '--accept-data-loss')).status).toBe(0);
    expect(isLocked()).toBe(false);
    expect(config().spec?.readOnly).toBeUndefined();
  });

  test('is not refused if the mode was not changed', async () => {
    await begin();
    leave(false);
    const before = pods();
    expect((await run('prune', 'hard', '--recover')).status).toBe(0);
    expect(isLocked()).toBe(false);
    expect(pods()).toEqual(before);
  });
});

test('registry status and doctor report it', async () => {
  await begin();
  await expectReported('emptyDir', 'deletes all its images');
  const table = await runIn(sandbox, ['registry', 'status']);
  expect(table.stdout).toMatch(/storage +emptyDir: every roll-out deletes all images/);
});
