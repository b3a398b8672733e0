import { startSandbox, type FaultAction, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { interrupt, type CliResult } from '../support/cli.js';
import { guardedState, isStep, runIn, start } from '../support/guarded.js';
import { digest } from '../support/builders.js';
import { schemaProblems } from '../support/json-schema.js';
import { filesBelow, makeStorageTree, temporaryDirectory } from '../support/storage-tree.js';

interface Document {
  kind: string;
  verification?: { summary: { images: number }; broken: object[]; unchecked: object[] };
  summary: Record<string, number>;
  blobs: { digest: string; bytes?: number; status: string }[];
  procedure: { step: string; outcome: string }[];
}

let sandbox: Sandbox;
let before: object;

async function begin(options: SandboxOptions = {}): Promise<void> {
  sandbox = await startSandbox({ sample: true, ...options });
  before = guardedState(sandbox);
}

afterEach(() => sandbox.stop());

const POD = ['prune', 'hard', '--confirm', '--rules', 'registry', '-o', 'json'];
const storageArgs = (): string[] => [
  'prune',
  'hard',
  '--confirm',
  '--storage',
  sandbox.storageDir,
  '--keep-blobs-younger-than=0',
  '-o',
  'json',
];
const readOnly = (): boolean => sandbox.store.get('configs', 'cluster')?.spec?.readOnly === true;
const generation = (): number => sandbox.store.get('configs', 'cluster')?.metadata.generation ?? 0;
const annotated = (): boolean =>
  'regadm/hard-prune' in (sandbox.store.get('configs', 'cluster')?.metadata.annotations ?? {});
const changed = (): string[] =>
  sandbox.requests
    .filter(({ method, path }) => method !== 'GET' && !path.includes('reviews'))
    .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);

describe('the complete procedure', () => {
  test.each([1, 3])('in the pod, with %i replicas: deletes blobs and restores everything else', async (replicas) => {
    await begin({ replicas });
    const verify = replicas === 1 ? ['--verify', '--registry-url', sandbox.registryUrl] : [];
    const { status, stdout, stderr } = await runIn(sandbox, [...POD, ...verify]);
    expect(stderr).not.toContain('error');
    expect(status).toBe(0);
    const document = JSON.parse(stdout) as Document;
    expect(document.verification).toEqual(
      replicas === 1 ? expect.objectContaining({ broken: [], unchecked: [] }) : undefined,
    );
    expect(schemaProblems('hard-prune', document)).toEqual([]);
    expect(document.kind).toBe('HardPrune');
    expect(document.summary.blobs).toBeGreaterThan(0);
    expect(document.blobs.filter(({ digest }) => sandbox.registry.hasBlob(digest))).toEqual([]);
    expect(document.procedure.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(guardedState(sandbox)).toEqual(before);
    const modes = sandbox.store
      .list('pods', 'openshift-image-registry')
      .filter(({ metadata }) => metadata.labels?.['docker-registry']);
    expect(modes).toHaveLength(replicas);
  });

  test('on the storage: grants no role, and deletes only what nothing uses', async () => {
    await begin();
    const dryRun = await runIn(
      sandbox,
      storageArgs().filter((arg) => arg !== '--confirm'),
    );
    expect(changed()).toEqual([]);
    const { status, stdout } = await runIn(sandbox, storageArgs());
    expect(status).toBe(0);
    const planned = (JSON.parse(dryRun.stdout) as Document).blobs;
    const { blobs } = JSON.parse(stdout) as Document;
    expect(blobs.map(({ digest, bytes }) => ({ digest, bytes }))).toEqual(
      planned.map(({ digest, bytes }) => ({ digest, bytes })),
    );
    expect(blobs.every(({ status }) => status === 'deleted')).toBe(true);
    expect(changed().filter((request) => request.includes('clusterrolebindings'))).toEqual([]);
    expect(guardedState(sandbox)).toEqual(before);
    const again = await runIn(sandbox, storageArgs());
    expect((JSON.parse(again.stdout) as Document).summary).toMatchObject({
      blobs: 0,
      manifestLinks: 0,
      repositories: 0,
    });
  });

  test.each(['pod', 'storage'])(
    'a plan above --max-delete is refused, and the original state is restored (%s)',
    async (way) => {
      await begin();
      const files = filesBelow(sandbox.storageDir);
      const { status, stdout } = await runIn(sandbox, [...(way === 'pod' ? POD : storageArgs()), '--max-delete=1']);
      expect(status).toBe(4);
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'MAX_DELETE' });
      expect(filesBelow(sandbox.storageDir)).toEqual(files);
      expect(guardedState(sandbox)).toEqual(before);
      if (way === 'pod') {
        expect(stdout).toContain('nothing was deleted, and the registry is as it was before');
        return;
      }
      const dryRun = await runIn(sandbox, [...storageArgs().filter((arg) => arg !== '--confirm'), '--max-delete=1']);
      expect([dryRun.status, dryRun.stderr]).toEqual([4, expect.stringContaining('larger than --max-delete')]);
      expect((JSON.parse(dryRun.stdout) as Document).blobs.length).toBeGreaterThan(1);
    },
  );

  test('--read-only=skip reads only images and image streams, and changes nothing in the cluster', async () => {
    await begin();
    const { status } = await runIn(sandbox, [...storageArgs(), '--read-only=skip']);
    expect(status).toBe(0);
    const asked = new Set(sandbox.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`));
    expect([...asked].sort()).toEqual([
      'GET /apis/image.openshift.io/v1/images',
      'GET /apis/image.openshift.io/v1/imagestreams',
    ]);
  });

  describe('an image that arrives during the deletion and needs a deleted blob', () => {
    const PUSHED = digest('pushed');
    const run = (mode = 'skip'): Promise<CliResult> => runIn(sandbox, [...storageArgs(), `--read-only=${mode}`]);

    /** Pushes an image with such a layer before images are listed for the last time: all deletions are done then. */
    function pushBeforeList(number: number, layer: string, then?: () => Promise<FaultAction | undefined>): void {
      let lists = 0;
      sandbox.onRequest(async ({ path }) => {
        if (!/\/images(\?|$)/.test(path) || /continue=|watch=/.test(path) || ++lists !== number) return undefined;
        push(layer);
        return then?.();
      });
    }

    function push(layer: string): void {
      sandbox.store.put('images', {
        metadata: { name: PUSHED },
        dockerImageReference: `registry.example.org/late/app@${PUSHED}`,
        dockerImageLayers: [{ name: layer, size: 1, mediaType: 'application/octet-stream' }],
        dockerImageMetadata: { Id: '' },
        dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
      });
    }

    // The guarded procedure follows the list by a watch: then it only requests the version that the list has.
    test.each([
      ['skip', 2],
      ['auto', 3],
    ])('is a failure that names the image and the blob: --read-only=%s', async (mode, lists) => {
      await begin();
      const planned = await runIn(
        sandbox,
        storageArgs().filter((arg) => arg !== '--confirm'),
      );
      const [blob] = (JSON.parse(planned.stdout) as Document).blobs;
      pushBeforeList(lists, blob!.digest);
      const { status, stdout } = await run(mode);
      expect(status).toBe(3);
      const { failures } = JSON.parse(stdout) as Document & { failures: object[] };
      expect(failures).toEqual([
        {
          target: `image ${PUSHED}`,
          message: `pushed during the run, and needs blob ${blob!.digest}, which the run has deleted: push the image again`,
        },
      ]);
    });

    test('is named on stderr by a format that lists no failures', async () => {
      await begin();
      const args = [...storageArgs(), '--read-only=skip'].map((arg) => (arg === 'json' ? 'table' : arg));
      const [orphan = ''] = storeOrphans(1);
      pushBeforeList(2, orphan);
      const { status, stderr } = await runIn(sandbox, args);
      expect([status, stderr]).toEqual([3, expect.stringContaining(`error: image ${PUSHED}: pushed during the run, `)]);
    });

    test('is nothing to report if its blobs were not deleted', async () => {
      await begin();
      pushBeforeList(2, digest('elsewhere'));
      expect((await run()).status).toBe(0);
    });

    test('is unknown if images cannot be read then', async () => {
      await begin();
      pushBeforeList(2, digest('elsewhere'), async () => ({ do: 'respond', status: 403, body: 'no' }));
      const { status, stdout } = await run();
      expect(status).toBe(3);
      expect(stdout).toMatch(/whether images that were pushed during the run need deleted blobs is unknown: .*403/);
    });

    test.each<[what: string, answer: FaultAction | undefined, target: string]>([
      ['is named', undefined, `image ${PUSHED}`],
      ['is unknown after a few seconds without a response', { do: 'hang' }, 'the run'],
    ])('%s if the run is interrupted', async (_what, answer, target) => {
      await begin();
      const [orphan = ''] = storeOrphans(1);
      const { child, ended } = start(sandbox, [...storageArgs(), '--read-only=skip']);
      pushBeforeList(2, orphan, async () => {
        await interrupt(child, 'SIGINT');
        return answer;
      });
      const { status, stdout } = await ended;
      expect(status).toBe(130);
      const { failures } = JSON.parse(stdout) as { failures: { target: string }[] };
      expect(failures.map((failure) => failure.target)).toEqual([target]);
    });

    describe('in the pod, while the registry deletes', () => {
      const named = (orphan: string): RegExp =>
        new RegExp(`${PUSHED}.*pushed during the run, and needs blob ${orphan}, which the run may have deleted`, 's');
      const whileDeleting = (act: () => void | Promise<void>): void =>
        sandbox.onRequest(async ({ path }) => {
          if (/-prune(%3D|=)delete/.test(path)) await act();
        });

      test('is named if the connection breaks', async () => {
        await begin();
        const [orphan = ''] = storeOrphans(1);
        whileDeleting(() => {
          push(orphan);
          sandbox.addFault('pod-dies');
        });
        const { status, stdout } = await runIn(sandbox, POD);
        expect(status).toBe(3);
        expect(stdout).toMatch(named(orphan));
      });

      test('is named if the run is interrupted, whose result is not known', async () => {
        await begin();
        const [orphan = ''] = storeOrphans(1);
        const { child, ended } = start(sandbox, POD);
        whileDeleting(async () => {
          push(orphan);
          await interrupt(child, 'SIGTERM');
        });
        const { status, stdout, stderr } = await ended;
        expect(status).toBe(143);
        expect(JSON.parse(stdout)).toMatchObject({ kind: 'Error', code: 'INTERRUPTED' });
        expect(stderr).toMatch(named(orphan));
        expect(guardedState(sandbox)).toEqual(before);
      });
    });
  });

  test('streams with image indexes are named, and a run in the pod is refused because of them', async () => {
    await begin();
    const files = filesBelow(sandbox.storageDir);
    const { status, stderr } = await runIn(sandbox, ['prune', 'hard', '--confirm']);
    expect(status).toBe(4);
    expect(stderr).toMatch(/children in: payments\/api/);
    // Only the registry's pruner knows which links it would delete, and it needs its role for that.
    expect(filesBelow(sandbox.storageDir)).toEqual(files);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('--read-only=required refuses a registry that is not read-only, and uses one that is', async () => {
    await begin();
    expect((await runIn(sandbox, [...storageArgs(), '--read-only=required'])).status).toBe(4);
    expect(changed()).toEqual([]);
    expect((await runIn(sandbox, ['registry', 'readonly', 'on'])).status).toBe(0);
    const readOnly = guardedState(sandbox);
    expect((await runIn(sandbox, [...storageArgs(), '--read-only=required'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(readOnly);
  });
});

test('--prune-images prunes images first, and the document contains none of its output', async () => {
  await begin();
  const listed = sandbox.store.list('images').length;
  const dryRun = await runIn(sandbox, [...storageArgs().filter((arg) => arg !== '--confirm'), '--prune-images']);
  expect(JSON.parse(dryRun.stdout)).toMatchObject({ kind: 'HardPrune', dryRun: true });
  expect(changed()).toEqual([]);
  const { status, stdout } = await runIn(sandbox, [...storageArgs(), '--prune-images']);
  expect(status).toBe(0);
  const { procedure } = JSON.parse(stdout) as Document;
  expect(procedure.map(({ step }) => step)).toContain('pruning images first');
  expect(sandbox.store.list('images').length).toBeLessThan(listed);
  expect(guardedState(sandbox)).toEqual(before);
});

describe('failures', () => {
  test('--verify without the permission to pull is refused before the registry is locked', async () => {
    await begin();
    sandbox.onRequest(({ path }) =>
      path.includes('selfsubjectaccessreviews')
        ? { do: 'rewrite', change: (body) => (body.includes('"layers"') ? body.replace(':true', ':false') : body) }
        : undefined,
    );
    const { status, stderr } = await runIn(sandbox, [...POD, '--verify', '--registry-url', sandbox.registryUrl]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/may not pull images[^]*registry-viewer/)]);
    expect(changed()).toEqual([]);
  });

  test('each missing permission is named: verb and resource', async () => {
    await begin();
    const { status, stderr } = await runIn(sandbox, POD, sandbox.kubeconfig.pruner);
    expect(status).toBe(1);
    expect(stderr).toContain('patch configs.imageregistry.operator.openshift.io/cluster;');
    expect(stderr).toContain('create pods/exec in namespace openshift-image-registry');
    expect(stderr).toContain('create clusterrolebindings.rbac.authorization.k8s.io;');
    expect(changed()).toEqual([]);
  });

  test('fails without a ready registry pod', async () => {
    await begin({ managementState: 'Removed' });
    const { status, stdout } = await runIn(sandbox, ['prune', 'hard', '-o', 'json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'NO_REGISTRY_POD' });
  });

  test.each([
    ['Removed', 'NOT_MANAGED'],
    ['Unmanaged', 'NOT_MANAGED'],
  ] as const)('managementState %s is refused', async (managementState, code) => {
    await begin({ managementState });
    const { status, stdout } = await runIn(sandbox, storageArgs());
    expect(status).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ code });
    expect(changed()).toEqual([]);
  });

  test('a degraded operator is refused, with its own message', async () => {
    await begin({ fail: ['degraded'] });
    const { status, stderr } = await runIn(sandbox, storageArgs());
    expect(status).toBe(4);
    expect(stderr).toContain('unable to sync storage configuration');
    expect(changed()).toEqual([]);
  });

  test.each([1, 2])(
    'the wait for a stuck roll-out of %i replicas ends after --timeout, and the original state is restored',
    async (replicas) => {
      await begin({ replicas, rolloutStepMs: 'manual', fail: ['rollout-stuck'] });
      let restoring = false;
      sandbox.onRequest(({ method, path }) => {
        if (method === 'PATCH' && path.includes('configs') && readOnly()) restoring = true;
        if (!restoring) return;
        // Restoring the mode is not stuck: whenever the program looks at the roll-out, it is complete.
        sandbox.clearFaults();
        sandbox.rollout.finish();
      });
      const { status, stderr } = await runIn(sandbox, [...storageArgs(), '--timeout=1s']);
      expect(stderr).toContain('has not rolled out in time');
      expect(status).toBe(1);
      expect(guardedState(sandbox)).toEqual(before);
    },
  );

  test('the roll-out is stuck during the restore too: the run reports it, and --recover finishes', async () => {
    await begin({ fail: ['rollout-stuck'] });
    const { status, stdout } = await start(sandbox, [...storageArgs(), '--timeout=1s']).ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'NOT_RESTORED' });
    expect(guardedState(sandbox)).toMatchObject({ readOnly: (before as { readOnly?: boolean }).readOnly });
    expect(annotated()).toBe(true);
    sandbox.clearFaults();
    expect((await runIn(sandbox, ['prune', 'hard', '--recover'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('a refused exec changes nothing', async () => {
    await begin({ fail: ['exec-refused'] });
    const { status, stderr } = await runIn(sandbox, POD);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /cannot run a command in pod .*: pods "image-registry-\S+" is forbidden: User "admin" cannot create/,
    );
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('a container that is not found is named before anything is changed', async () => {
    await begin();
    const body = JSON.stringify({ kind: 'Status', message: 'container not found ("registry")' });
    sandbox.onRequest(({ path }) => (path.includes('/exec') ? { do: 'respond', status: 404, body } : undefined));
    const { status, stdout } = await runIn(sandbox, POD);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'EXEC_REFUSED',
      message: expect.stringMatching(/cannot run a command in pod \S+: container not found \("registry"\)$/) as string,
    });
    expect(changed()).toEqual([]);
  });

  test('the pod dies during exec: the original state is restored', async () => {
    await begin({ fail: ['pod-dies'] });
    const { status, stderr } = await runIn(sandbox, POD);
    expect(status).toBe(1);
    expect(stderr).toContain('broke before it ended');
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('the pod dies while it deletes: exit status 3, and the original state is restored', async () => {
    await begin();
    let execs = 0;
    sandbox.onRequest(({ path }) => {
      if (path.includes('-prune%3Ddelete') || path.includes('-prune=delete')) execs++;
      if (execs === 1) sandbox.addFault('pod-dies');
    });
    const { status, stdout } = await runIn(sandbox, POD);
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'HardPrune',
      failures: [{ message: expect.stringContaining('broke before it ended') as string }],
    });
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('while a run is in progress, a second one, --recover and a change of the mode are refused', async () => {
    await begin({ rolloutStepMs: 'manual' });
    const first = start(sandbox, POD);
    // The roll-out makes no progress until `step`, so the first run waits for it.
    await new Promise<void>((resolve) =>
      sandbox.onRequest(({ path }) => void (path.includes('/deployments/') && annotated() && resolve())),
    );
    const [second, recover, off, show] = await Promise.all([
      runIn(sandbox, storageArgs()),
      runIn(sandbox, ['prune', 'hard', '--recover']),
      runIn(sandbox, ['registry', 'readonly', 'off']),
      runIn(sandbox, ['registry', 'readonly']),
    ]);
    expect([second.status, recover.status, off.status]).toEqual([4, 4, 4]);
    expect(recover.stderr).toContain('a hard prune is under way');
    expect(show.stderr).toContain('note: a hard prune is under way');
    const stepping = setInterval(() => sandbox.rollout.step(), 20);
    expect((await first.ended).status).toBe(0);
    clearInterval(stepping);
    expect(guardedState(sandbox)).toEqual(before);
  });
});

describe('refused before the registry changes its mode', () => {
  test("another cluster's storage, and a path without a registry's storage", async () => {
    await begin();
    const directory = temporaryDirectory();
    const none = await runIn(sandbox, ['prune', 'hard', '--confirm', '--storage', directory]);
    expect(none).toMatchObject({ status: 4, stderr: expect.stringContaining('is not a registry') as string });
    makeStorageTree(directory, { blobs: { [`sha256:${'ab'.repeat(32)}`]: 1 }, repositories: {} });
    const other = await runIn(sandbox, ['prune', 'hard', '--confirm', '--storage', directory]);
    expect(other).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('it belongs to another cluster') as string,
    });
    expect(filesBelow(directory)).toHaveLength(1);
    expect(changed()).toEqual([]);
  });
});

/** Adds unused blobs to the storage. @returns their digests, sorted */
function storeOrphans(count: number): string[] {
  const orphans = Array.from({ length: count }, (_, index) => digest(`orphan ${index}`)).sort();
  const blobs = Object.fromEntries(orphans.map((name) => [name, 1]));
  makeStorageTree(sandbox.storageDir, { blobs, repositories: {} });
  return orphans;
}

describe('stopped at every step', () => {
  /** Find a pruner, acquire, switch, renew, bind, record the pod, check, record, delete, unbind, restore, release. */
  const STEPS = 12;
  const steps = Array.from({ length: STEPS }, (_, index) => index + 1);

  /** Signals the run at its n-th step. The sandbox handles the request, or resets its connection if `lost`. */
  function signalAt(
    nth: number,
    signal: NodeJS.Signals,
    lost: boolean,
  ): { run: ReturnType<typeof start>; reached: () => boolean } {
    let seen = 0;
    const run = start(sandbox, POD);
    sandbox.onRequest((request) => {
      if (!isStep(request) || run.child.exitCode !== null || run.child.signalCode !== null || ++seen !== nth)
        return undefined;
      // The output of a command that starts with this step is still being written when the signal is handled.
      sandbox.addFault('slow-output');
      run.child.kill(signal);
      return lost ? { do: 'reset' } : undefined;
    });
    return { run, reached: () => seen >= nth };
  }

  test.each(
    steps.flatMap(
      (nth) =>
        [
          [nth, false],
          [nth, true],
        ] as const,
    ),
  )('kill -9 at step %i (lost: %s), then --recover', async (nth, lost) => {
    await begin({ replicas: nth % 2 ? 1 : 2, rolloutStepMs: 5 });
    const { run, reached } = signalAt(nth, 'SIGKILL', lost);
    await run.ended;
    if (annotated()) {
      const notice = await runIn(sandbox, ['registry', 'readonly']);
      expect(notice.stderr).toContain('regadm prune hard --recover');
    }
    const recover = await runIn(sandbox, ['prune', 'hard', '--recover']);
    expect(recover.status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
    expect(reached()).toBe(true);
  });

  test.each(steps.map((nth) => [nth, nth % 2 ? 'SIGTERM' : 'SIGINT', nth % 2 ? 143 : 130] as const))(
    'at step %i with %s: the run restores the original state itself',
    async (nth, signal, code) => {
      await begin({ replicas: nth % 2 ? 2 : 1, rolloutStepMs: 5 });
      const { run, reached } = signalAt(nth, signal, false);
      const { status } = await run.ended;
      expect(reached()).toBe(true);
      if (nth < 9) expect(status).toBe(code);
      expect(guardedState(sandbox)).toEqual(before);
    },
  );

  /**
   * Interrupts a run once the registry is read-only, while nothing acts on changes. At the fifth look at the Deployment
   * after its mode was restored, notes whether the run still has the lock, and completes the roll-out.
   * @param atFirstLook acts at the first of these looks
   */
  async function interruptDuringRollout(
    atFirstLook = (): void => {},
  ): Promise<{ status: number | null; locked?: boolean }> {
    await begin({ rolloutStepMs: 'manual' });
    const run = start(sandbox, storageArgs());
    let looks = 0;
    let locked: boolean | undefined;
    sandbox.onRequest(({ method, path }) => {
      if (method !== 'GET' || !path.includes('/deployments/')) return;
      if (readOnly()) return void run.child.kill('SIGINT');
      if (generation() <= 2) return;
      if (++looks === 1) atFirstLook();
      if (looks < 5 || locked !== undefined) return;
      locked = annotated();
      sandbox.rollout.finish();
    });
    return { status: (await run.ended).status, locked };
  }

  test('an interrupted run keeps the lock until the operator has acted on the config', async () => {
    // Nothing has changed the Deployment or the pods, so only the operator's status shows that the change is not seen.
    expect(await interruptDuringRollout()).toEqual({ status: 130, locked: true });
    expect(guardedState(sandbox)).toEqual(before);
  });

  test('an interrupted run keeps the lock until the controller has seen the Deployment', async () => {
    expect(await interruptDuringRollout(operatorChangesDeployment)).toEqual({ status: 130, locked: true });
    expect(guardedState(sandbox)).toEqual(before);
  });

  /** Acts on the config as the operator does. The controller of the Deployment does not see the change yet. */
  function operatorChangesDeployment(): void {
    const config = sandbox.store.get('configs', 'cluster')!;
    const observedGeneration = config.metadata.generation;
    sandbox.store.put('configs', { ...config, status: { ...config.status, observedGeneration } });
    const deployment = sandbox.store.get('deployments', 'openshift-image-registry', 'image-registry')!;
    const metadata = { ...deployment.metadata, generation: deployment.metadata.generation! + 1 };
    sandbox.store.put('deployments', { ...deployment, metadata });
  }

  test('a pruner left in the pod: other runs are refused, --recover ends it before pushes are possible', async () => {
    await begin();
    storeOrphans(3000);
    // From here on the pruner in the pod writes so slowly that it outlives the runs below on any machine.
    sandbox.onRequest(({ path }) => {
      if (path.includes('-prune%3Ddelete') || path.includes('-prune=delete')) sandbox.addFault('slow-output');
    });
    await signalAt(9, 'SIGKILL', false).run.ended;
    const another = await runIn(sandbox, ['prune', 'hard', '-o', 'json']);
    expect(another.status).toBe(4);
    expect(JSON.parse(another.stdout)).toMatchObject({ code: 'PRUNER_RUNNING' });
    expect((await runIn(sandbox, ['prune', 'hard', '--recover'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
    const commands = sandbox.requests.filter(({ method, path }) => method === 'PATCH' || path.includes('kill'));
    const ended = commands.findLastIndex(({ path }) => path.includes('kill'));
    expect(ended).toBeGreaterThan(0);
    // Only after the check that it is gone: the mode, and the annotation.
    expect(commands.slice(ended + 1)).toHaveLength(2);
  });

  test('kill -9 while deleting on the storage: --recover restores the mode, the next run deletes the rest', async () => {
    await begin({ rolloutStepMs: 5 });
    const [first = '', ...orphans] = storeOrphans(3000);
    const run = start(sandbox, storageArgs());
    const kill = (): void => void (sandbox.registry.hasBlob(first) || run.child.kill('SIGKILL'));
    // A run that deletes them all before the next look is killed at its next step.
    sandbox.onRequest((request) => {
      if (!isStep(request) || sandbox.registry.hasBlob(first) || run.child.signalCode !== null) return undefined;
      kill();
      return { do: 'reset' };
    });
    const looking = setInterval(kill, 1);
    expect((await run.ended).signal).toBe('SIGKILL');
    clearInterval(looking);
    expect(annotated()).toBe(true);
    expect((await runIn(sandbox, ['prune', 'hard', '--recover'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
    expect((await runIn(sandbox, storageArgs())).status).toBe(0);
    expect(orphans.filter((name) => sandbox.registry.hasBlob(name))).toEqual([]);
  });

  test('--recover, killed at any step, leaves what the next --recover needs', async () => {
    await begin({ rolloutStepMs: 5 });
    await signalAt(7, 'SIGKILL', false).run.ended;
    expect(annotated()).toBe(true);
    for (let nth = 1; nth <= 5; nth++) {
      let seen = 0;
      const recover = start(sandbox, ['prune', 'hard', '--recover']);
      sandbox.onRequest((request) => {
        if (isStep(request) && recover.child.signalCode === null && recover.child.exitCode === null && ++seen === nth)
          recover.child.kill('SIGKILL');
      });
      await recover.ended;
    }
    expect((await runIn(sandbox, ['prune', 'hard', '--recover'])).status).toBe(0);
    expect(guardedState(sandbox)).toEqual(before);
  });
});
