import { startSandbox, type FaultAction, type RequestInfo, type Sandbox } from '../../src/sandbox/index.js';
import { digest } from '../support/builders.js';
import { runCli, type CliResult } from '../support/cli.js';
import { blobKey } from '../support/fake-object-store.js';
import { actOnce, guardedState, start } from '../support/guarded.js';
import { startFakeS3, type FakeS3 } from '../support/servers/fake-s3.js';
import { kindOf } from '../support/servers/storage-proxy.js';

interface Document {
  code?: string;
  message?: string;
  summary: Record<string, number>;
  procedure: { step: string; outcome: string }[];
}

const ORPHANS = 6000;
/**
 * Minimum time that each batch of deletions takes, in ms: longer than the interval between two looks at the lock. A
 * slow machine only makes it longer.
 */
const BATCH_MS = 1500;
const [image, layer] = [digest('image'), digest('layer')];
const STILL_READ_ONLY = 'the registry is still read-only: regadm registry readonly off';

let sandbox: Sandbox;
let s3: FakeS3;
let before: object;
/** Batches of deletions that began so far. */
let batches: number;
/** Acts when a batch of deletions begins, before it is executed. */
let onBatch: () => void | Promise<void>;

beforeEach(async () => {
  sandbox = await startSandbox({
    operator: true,
    cluster: {
      images: [
        {
          metadata: { name: image },
          dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
          dockerImageLayers: [{ name: layer, size: 1 }],
        },
      ],
      imagestreams: [
        { metadata: { namespace: 'ns', name: 'app' }, status: { tags: [{ tag: 'v1', items: [{ image }] }] } },
      ],
    },
    rolloutStepMs: 5,
  });
  s3 = await startFakeS3();
  for (const name of [image, layer]) s3.store.put(blobKey(name), 10);
  for (let index = 0; index < ORPHANS; index++) s3.store.put(blobKey(digest(`orphan ${index}`)), 10);
  batches = 0;
  onBatch = () => {};
  s3.proxy.fault = async (request) => {
    if (kindOf(request) !== 'DeleteObjects') return undefined;
    batches++;
    await onBatch();
    return undefined;
  };
  before = guardedState(sandbox);
});

afterEach(async () => {
  await s3.stop();
  await sandbox.stop();
});

async function prune(...more: string[]): Promise<CliResult & { document: Document }> {
  const where = ['--storage', `s3://${s3.bucket}`, '--storage-endpoint', s3.endpoint, '--storage-concurrency=1'];
  const args = ['prune', 'hard', ...where, '--confirm', '--keep-blobs-younger-than=0', '-o', 'json', ...more];
  const result = await runCli(args, { kubeconfig: sandbox.kubeconfig.admin, env: s3.env });
  return { ...result, document: JSON.parse(result.stdout) as Document };
}

const recover = (): Promise<CliResult> => start(sandbox, ['prune', 'hard', '--recover']).ended;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const config = (): NonNullable<ReturnType<Sandbox['store']['get']>> => sandbox.store.get('configs', 'cluster')!;
const isReadOnly = (): boolean => config().spec?.readOnly === true;
const left = (): number => s3.store.keys().length - 2;
const isSecondLook = ({ path }: RequestInfo): boolean => /\/images\?.*limit=1(&|$)/.test(path) && isReadOnly();

function annotate(record?: object): void {
  const annotations = record ? { 'regadm/hard-prune': JSON.stringify(record) } : {};
  sandbox.store.put('configs', { ...config(), metadata: { ...config().metadata, annotations } });
}
const setMode = (readOnly: boolean): void => {
  const { generation = 1 } = config().metadata;
  const metadata = { ...config().metadata, generation: generation + 1 };
  sandbox.store.put('configs', { ...config(), metadata, spec: { ...config().spec, readOnly } });
};

const once = (matches: (request: RequestInfo) => boolean, act: () => void | FaultAction): void =>
  actOnce(sandbox, matches, act);

/** Acts at the first batch of deletions, and makes every batch slow. */
function atFirstBatch(act: () => void): void {
  onBatch = async () => {
    if (batches === 1) act();
    await sleep(BATCH_MS);
  };
}

describe('the annotation of the lock is removed', () => {
  test('before the first deletion: nothing is deleted, and the registry is as before', async () => {
    once(isSecondLook, () => annotate());
    const { status, document, stderr } = await prune();
    expect([status, document.code]).toEqual([1, 'LEASE_LOST']);
    expect(document.message).toContain('its annotation was removed');
    expect(stderr + document.message).not.toMatch(/another run|taken/);
    expect([left(), batches]).toEqual([ORPHANS, 0]);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('while the registry rolls out: nothing is deleted, and the registry is as before', async () => {
    once(
      ({ path }) => path.includes('/deployments/') && isReadOnly(),
      () => annotate(),
    );
    const { status, document } = await prune();
    expect([status, document.code, left()]).toEqual([1, 'LEASE_LOST', ORPHANS]);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('during the deletions: the next batch is not sent, and the registry is as before', async () => {
    atFirstBatch(() => annotate());
    const { status, document, stderr } = await prune();
    expect([status, batches, left()]).toEqual([3, 1, ORPHANS - 1000]);
    expect(document.summary).toMatchObject({ blobs: 1000, skipped: ORPHANS - 1000 });
    expect(document.procedure.map(({ step }) => step)).toContain('taking the registry lock again');
    expect(stderr).toContain('its annotation was removed');
    expect(stderr).not.toContain('another run');
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('during the last batch: the exit status tells, and the registry is as before', async () => {
    onBatch = () => {
      if (batches === ORPHANS / 1000) annotate();
    };
    const { status, stderr } = await prune();
    expect([status, left()]).toEqual([3, 0]);
    expect(stderr).toContain('its annotation was removed');
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('and the mode cannot be restored: says that the registry is still read-only, and how to end it', async () => {
    atFirstBatch(() => {
      annotate();
      sandbox.addFault('PATCH /configs/cluster => 403');
    });
    const { status, stderr } = await prune();
    expect([status, isReadOnly()]).toEqual([3, true]);
    expect(stderr).toContain(STILL_READ_ONLY);
    expect(stderr).not.toContain('--recover');
  });

  test('and the roll-out of the former mode fails: --recover finishes it', async () => {
    atFirstBatch(() => {
      annotate();
      sandbox.addFault('GET /deployments/image-registry => 403');
    });
    const { status, stderr } = await prune();
    expect([status, isReadOnly()]).toEqual([3, false]);
    expect(stderr).toContain('regadm prune hard --recover');
    expect(stderr).not.toContain(STILL_READ_ONLY);
    sandbox.clearFaults();
    expect((await recover()).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('and another run takes the lock: it restores the registry', async () => {
    const renewedAt = new Date().toISOString();
    const record = {
      ...{ version: 1, holder: { id: '0f0f0f0f', host: 'another-host', pid: 1 }, startedAt: renewedAt, renewedAt },
      ...{ previousReadOnly: null, changesMode: true },
    };
    atFirstBatch(() => annotate(record));
    const { status, stderr } = await prune();
    expect([status, batches, isReadOnly()]).toEqual([3, 1, true]);
    expect(stderr).toContain('regadm on another-host (process 1) has taken it over');
    expect(config().metadata.annotations).toHaveProperty('regadm/hard-prune', JSON.stringify(record));
  });

  test('after a crash: --recover says that the registry is read-only', async () => {
    setMode(true);
    const { status, stderr } = await recover();
    expect(status).toBe(0);
    expect(stderr).toContain('nothing to recover');
    expect(stderr).toMatch(/hint: the registry is read-only.*regadm registry readonly off/);
    setMode(false);
    expect((await recover()).stderr).not.toContain('hint:');
  });
});

describe('another user ends the read-only mode', () => {
  test('during the deletions: the next batch is not sent, and no outage is stated', async () => {
    atFirstBatch(() => setMode(false));
    const { status, document, stderr } = await prune();
    expect([status, batches, left()]).toEqual([3, 1, ORPHANS - 1000]);
    expect(stderr).toContain('another user has ended the read-only mode');
    expect(document.summary).not.toHaveProperty('readOnlySeconds');
    expect([isReadOnly(), config().metadata.annotations]).toEqual([false, {}]);
  });

  test('only in a pod: the next batch is not sent', async () => {
    let name = '';
    atFirstBatch(() => {
      const [pod] = sandbox.store.list('pods').filter(({ metadata }) => metadata.labels?.['docker-registry']);
      name = pod!.metadata.name;
      sandbox.store.put('pods', { ...pod!, spec: { ...pod!.spec, containers: [{ name: 'registry', env: [] }] } });
    });
    const { status, stderr } = await prune();
    expect([status, batches]).toEqual([3, 1]);
    expect(stderr).toContain(`another user has ended the read-only mode: pod ${name}`);
  });

  test('during the last batch: the exit status tells', async () => {
    onBatch = () => {
      if (batches === ORPHANS / 1000) setMode(false);
    };
    const { status, document, stderr } = await prune();
    expect([status, left()]).toEqual([3, 0]);
    expect(stderr).toContain('another user has ended the read-only mode');
    expect(document.summary).not.toHaveProperty('readOnlySeconds');
  });
});

test('an API server that fails for a moment during the deletions does not stop them', async () => {
  atFirstBatch(() => sandbox.addFault('GET /configs/cluster nth=1 => 403'));
  expect([(await prune()).status, left()]).toEqual([0, 0]);
  expect(guardedState(sandbox)).toEqual(before);
});
