import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type FaultAction, type KubeObject, type Sandbox } from '../../../src/sandbox/index.js';
import { interrupt, type CliOptions, type CliResult } from '../../support/cli.js';
import { regadm } from '../../support/regadm.js';
import { aBuild, anOwner, aReplicaSet, aReplicationController } from '../../support/object-builders.js';

interface Document {
  kind: string;
  code?: string;
  interrupted?: true;
  summary: { objects: number; failed: number; skipped: number };
  objects: { name: string; status: string; reason: string }[];
}

let sandbox: Sandbox;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'prune-'));
  sandbox = await startSandbox({ storage: 'none', operator: false });
});
afterEach(async () => {
  await sandbox.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Adds eight complete builds, of which the defaults delete three: app-1, app-2 and app-3. */
function addBuilds(namespace = 'dev', count = 8): void {
  sandbox.store.put('namespaces', { metadata: { name: namespace } });
  sandbox.store.put('buildconfigs', anOwner(`${namespace}/app`, { uid: `uid-of-${namespace}-app` }));
  for (let at = 1; at <= count; at++) sandbox.store.put('builds', aBuild(`${namespace}/app-${at}`));
}

function addAll(resource: string, objects: KubeObject[]): void {
  for (const object of objects) sandbox.store.put(resource, object);
}

const run = (args: string[], options: CliOptions & { user?: 'admin' | 'pruner' | 'nobody' } = {}): Promise<CliResult> =>
  regadm(['prune', ...args], { kubeconfig: sandbox.kubeconfig[options.user ?? 'admin'], ...options });
const json = ({ stdout }: CliResult): Document => JSON.parse(stdout) as Document;
const deletions = (): string[] =>
  sandbox.requests.filter(({ method, status }) => method === 'DELETE' && status === 200).map(({ path }) => path);
const remaining = (): string[] => sandbox.store.list('builds').map(({ metadata }) => metadata.name);

describe('usage', () => {
  test.each(['builds', 'deployments'])('prune %s refuses bad values, and sends nothing', async (command) => {
    for (const [flag, message] of [
      ['--keep-complete=-1', '--keep-complete must be greater than or equal to 0'],
      ['--keep-failed=-1', '--keep-failed must be greater than or equal to 0'],
      ['--keep-complete=99999999999999999999999', '--keep-complete must be less than or equal to 9007199254740991'],
      ['--keep-younger-than=-1m', '--keep-younger-than must be greater than or equal to 0'],
      ['--keep-younger-than=soon', 'soon'],
      ['--max-delete=10Gi', `not a number of ${command} or a percentage`],
      ['--num-workers=0', '--num-workers must be at least 1'],
      ['--rules=best', 'best'],
      ['--output=csv', 'csv'],
      ['--namespace=A_B', 'A_B'],
      ['--audit-log=x', '--audit-log needs --confirm'],
      ['extra', 'extra'],
    ] as const) {
      const { status, stdout, stderr } = await run([command, flag]);
      expect([flag, status, stdout]).toEqual([flag, 1, '']);
      expect(stderr).toContain('error: ');
      expect(stderr).toContain(message);
    }
    const both = await run([command, '--confirm', '--detailed-exitcode']);
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining('--detailed-exitcode')]);
    expect(sandbox.requests).toEqual([]);
  });
});

describe('formats', () => {
  test('-o oc aligns its columns as oc does, in dry and confirmed runs', async () => {
    const long = 'n'.repeat(63);
    addBuilds('a', 6);
    addBuilds(long, 6);
    const expected = [`NAMESPACE${' '.repeat(57)}NAME`, `a${' '.repeat(65)}app-1`, `${long}   app-1`, ''].join('\n');
    const dry = await run(['builds', '-o', 'oc']);
    expect(dry.stdout).toBe(expected);
    expect(dry.stderr).toContain('Dry run enabled - no modifications will be made. Add --confirm to remove builds\n');
    expect((await run(['builds', '-o', 'oc', '-n', 'a'])).stdout).toBe('NAMESPACE   NAME\na           app-1\n');
    expect((await run(['builds', '-o', 'oc', '--confirm'])).stdout).toBe(expected);
    expect((await run(['builds', '-o', 'oc', '--confirm'])).stdout).toBe('');
  });

  test.each(['table', 'wide', 'json', 'yaml', 'name'])(
    '-o %s shows what is deleted, dry and confirmed',
    async (format) => {
      addBuilds();
      const dry = await run(['builds', '-o', format]);
      expect([dry.status, dry.stdout]).toEqual([0, expect.stringContaining('app-1')]);
      expect(dry.stdout).not.toContain('app-4');
      expect(remaining()).toHaveLength(8);
      const confirmed = await run(['builds', '-o', format, '--confirm']);
      expect([confirmed.status, confirmed.stdout]).toEqual([0, expect.stringContaining('app-3')]);
      expect(remaining().sort()).toEqual(['app-4', 'app-5', 'app-6', 'app-7', 'app-8']);
      if (format === 'name') expect(confirmed.stdout).toBe(dry.stdout);
    },
  );

  test('--show-labels adds them as the last column; a label that changes later keeps nothing', async () => {
    addBuilds();
    const build = sandbox.store.get('builds', 'dev', 'app-1')!;
    const labelled = (labels: Record<string, string>): void =>
      void sandbox.store.put('builds', { ...build, metadata: { ...build.metadata, labels } });
    labelled({ team: 'a', app: 'x' });
    const { stdout } = await run(['builds', '--show-labels', '-o', 'wide']);
    expect(stdout).toMatch(/REASON +LABELS$/m);
    expect(stdout).toMatch(/app-1 .* app=x,team=a$/m);
    expect(stdout).toMatch(/app-2 .* <none>$/m);
    sandbox.onRequest(({ method, path }) => {
      if (method === 'GET' && path.endsWith('/builds/app-1')) labelled({ team: 'b' });
    });
    expect((await run(['builds', '--confirm', '-o', 'name'])).stdout).toContain('/app-1\n');
  });

  test('names of 63 characters stay whole at 80 columns', async () => {
    const namespace = `ns-${'x'.repeat(60)}`;
    const name = `app-${'y'.repeat(57)}`;
    addAll('replicationcontrollers', [aReplicationController(`${namespace}/${name}-1`)]);
    const { stdout } = await run(['deployments', '--orphans'], { env: { COLUMNS: '80' } });
    expect(stdout).toContain(namespace);
    expect(stdout).toContain(`${name}-1`);
  });

  test('names with control characters are escaped everywhere', async () => {
    const hostile = 'dev/a\u001b[31m\u202eb-1';
    addAll('builds', [aBuild(hostile)]);
    for (const format of ['table', 'wide', 'name', 'oc', 'json', 'yaml']) {
      const { stdout, stderr } = await run(['builds', '--orphans', '-v', '4', '-o', format]);

      expect(`${format} ${stdout}${stderr}`).not.toMatch(/[\u001b\u202e]/);
    }
  });

  test('-v 4 prints why the others are kept', async () => {
    addBuilds();
    const { stderr } = await run(['builds', '-v', '4']);
    expect(stderr).toContain('keeping Build dev/app-8: number 1 of BuildConfig dev/app is within --keep-complete=5\n');
    expect(stderr.match(/^keeping Build/gm)).toHaveLength(5);
  });
});

describe('namespaces', () => {
  test('one that is misspelled is an error; one without builds is not', async () => {
    sandbox.store.put('namespaces', { metadata: { name: 'empty' } });
    const missing = await run(['builds', '-n', 'misspelled']);
    expect([missing.status, missing.stderr]).toEqual([
      1,
      expect.stringContaining('namespace misspelled does not exist'),
    ]);
    const empty = await run(['builds', '-n', 'empty']);
    expect([empty.status, empty.stdout]).toEqual([
      0,
      expect.stringContaining('there are no builds in namespace empty'),
    ]);
  });

  test('only the given one is pruned', async () => {
    addBuilds('a', 6);
    addBuilds('b', 6);
    expect((await run(['builds', '-n', 'a', '--confirm'])).status).toBe(0);
    expect(deletions()).toEqual(['/apis/build.openshift.io/v1/namespaces/a/builds/app-1']);
  });
});

describe('guards', () => {
  test.each([
    ['0', 4],
    ['2', 4],
    ['10%', 4],
    ['3', 0],
    ['50%', 0],
  ])('--max-delete=%s of 3 deletions among 8: exit status %i', async (limit, status) => {
    addBuilds();
    for (const more of [[], ['--confirm']]) {
      const result = await run(['builds', `--max-delete=${limit}`, ...more]);
      expect(result.status).toBe(status);
      if (status === 4) expect(result.stderr).toContain('nothing was changed');
      // A dry run shows what was refused.
      expect(/would be deleted[^]*app-1/.test(result.stdout)).toBe(more.length === 0);
    }
    expect(remaining()).toHaveLength(status === 4 ? 8 : 5);
  });

  test('--detailed-exitcode: 2 if there is something to delete, 0 afterward', async () => {
    addBuilds();
    expect((await run(['builds', '--detailed-exitcode'])).status).toBe(2);
    expect((await run(['builds', '--confirm'])).status).toBe(0);
    expect((await run(['builds', '--detailed-exitcode'])).status).toBe(0);
  });

  test('an audit log without space: nothing is deleted', async () => {
    addBuilds();
    const full = await run(['builds', '--confirm', '--audit-log', '/dev/full']);
    expect([full.status, full.stderr]).toEqual([1, expect.stringContaining('cannot write the audit log /dev/full')]);
    expect(deletions()).toEqual([]);
    const file = join(directory, 'audit.jsonl');
    await run(['builds', '--confirm', '--audit-log', file]);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(5);
  });
});

describe('permissions', () => {
  test('a user who may list, but not delete, learns what to grant, and that is enough', async () => {
    addBuilds();
    sandbox.store.put('builds', aBuild('dev/gone-1'));
    const dry = await run(['builds', '--orphans'], { user: 'pruner' });
    expect([dry.status, dry.stderr]).toEqual([0, expect.stringContaining('warning: the user may not delete builds')]);
    const refused = await run(['builds', '--orphans', '--confirm'], { user: 'pruner' });
    expect(refused.status).toBe(1);
    const remedy = /oc create clusterrole (\S+) --verb=(\S+) --resource=(\S+) && oc adm policy/.exec(refused.stderr);
    const [, , verbs = '', resources = ''] = remedy!;
    expect(deletions()).toEqual([]);
    const rules = resources.split(',').map((name) => {
      const [resource = '', ...group] = name.split('.');
      return { apiGroups: [group.join('.')], resources: [resource], verbs: verbs.split(',') };
    });
    sandbox.store.put('clusterroles', { metadata: { name: 'granted' }, rules });
    sandbox.store.put('clusterrolebindings', {
      metadata: { name: 'granted' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'granted' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'pruner' }],
    });
    expect((await run(['builds', '--orphans', '--confirm'], { user: 'pruner' })).status).toBe(0);
    expect(deletions()).toHaveLength(4);
  });

  test('a user who may not list deletes nothing', async () => {
    addBuilds();
    const { status, stderr } = await run(['builds', '--confirm'], { user: 'nobody' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('cannot list builds')]);
    expect(deletions()).toEqual([]);
  });
});

describe('a server', () => {
  test('without the build API has no builds; the 404 of a proxy is an error', async () => {
    const without = await startSandbox({
      storage: 'none',
      operator: false,
      missing: ['builds', 'buildconfigs', 'deploymentconfigs'],
    });
    try {
      const on = (args: string[]): Promise<CliResult> =>
        regadm(['prune', ...args], { kubeconfig: without.kubeconfig.admin });
      const none = await on(['builds', '--confirm']);
      expect([none.status, none.stdout]).toEqual([0, expect.stringContaining('there are no builds')]);
      without.store.put('replicationcontrollers', aReplicationController('dev/app-1'));
      expect((await on(['deployments'])).status).toBe(0);
    } finally {
      await without.stop();
    }
    addBuilds();
    for (const list of ['builds', 'buildconfigs']) {
      sandbox.addFault(`GET /${list}[?] => 404`);
      const proxied = await run(['builds', '--orphans', '--confirm']);
      expect([list, proxied.status, proxied.stderr]).toEqual([list, 1, expect.stringContaining(`cannot list ${list}`)]);
      sandbox.clearFaults();
    }
    expect(deletions()).toEqual([]);
  });

  test('that sends a wrong or incomplete list: nothing is deleted', async () => {
    addBuilds();
    const { builds, buildconfigs } = { builds: sandbox.store.list('builds'), buildconfigs: [anOwner('dev/app')] };
    const faults: [RegExp, FaultAction][] = [
      [/\/builds[?]/, { do: 'rewrite', change: (body) => body.replace('"BuildList"', '"PodList"') }],
      [/\/builds[?]/, { do: 'rewrite', change: () => '{}' }],
      [/\/buildconfigs[?]/, { do: 'cut' }],
      [/\/buildconfigs[?]/, { do: 'rewrite', change: (body) => body.replace('"items"', '"things"') }],
    ];
    // All at once, because the requests are retried for some time.
    await Promise.all(
      faults.map(async ([path, action]) => {
        const faulty = await startSandbox({ cluster: { builds, buildconfigs }, storage: 'none', operator: false });
        faulty.onRequest((request) => (path.test(request.path) ? action : undefined));
        const { status, stderr } = await regadm(['prune', 'builds', '--confirm', '--orphans', '--keep-complete=0'], {
          kubeconfig: faulty.kubeconfig.admin,
        });
        expect([status, stderr]).toEqual([1, expect.stringContaining('error: ')]);
        expect(faulty.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
        await faulty.stop();
      }),
    );
  });

  test('that loses the response of a deletion: the build counts as deleted', async () => {
    addBuilds();
    sandbox.addFault('DELETE /builds/ nth=1 => after=reset');
    const result = await run(['builds', '--confirm', '-o', 'json']);
    expect([result.status, json(result).summary]).toEqual([0, { objects: 3, failed: 0, skipped: 0 }]);
  });

  test('that answers a read before a deletion with the 404 of a proxy: the build is not gone', async () => {
    addBuilds();
    sandbox.onRequest(({ method, path }) =>
      method === 'GET' && path.endsWith('/builds/app-1')
        ? { do: 'respond', status: 404, contentType: 'text/html', body: '<html>404 Not Found</html>' }
        : undefined,
    );
    const result = await run(['builds', '--confirm', '-o', 'json']);
    expect([result.status, json(result).summary]).toEqual([3, { objects: 2, failed: 1, skipped: 0 }]);
    expect(remaining()).toContain('app-1');
  });

  test('whose finalizers keep a build: it is failed, with their names', async () => {
    addBuilds();
    const build = sandbox.store.get('builds', 'dev', 'app-1')!;
    sandbox.store.put('builds', { ...build, metadata: { ...build.metadata, finalizers: ['example.com/hold'] } });
    const { status, stdout } = await run(['builds', '--confirm']);
    expect([status, stdout]).toEqual([3, expect.stringContaining('example.com/hold')]);
    const again = await run(['builds', '--confirm']);
    expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('Nothing to prune')]);
  });
});

describe('several runs', () => {
  test('kill -9 between deletions, then a run that deletes the rest', async () => {
    addBuilds('dev', 20);
    const killed = new AbortController();
    sandbox.onRequest(({ method }) => {
      if (method === 'DELETE' && deletions().length === 2) killed.abort();
    });
    const args = ['builds', '--confirm', '--num-workers=1', '-o', 'json'];
    expect((await run(args, { signal: killed.signal })).signal).toBe('SIGKILL');
    expect(remaining().length).toBeGreaterThan(5);
    expect((await run(args)).status).toBe(0);
    expect(remaining()).toHaveLength(5);
  });

  test('two at once: none fails, and every build is deleted once', async () => {
    addBuilds('dev', 60);
    const results = await Promise.all([1, 2].map(() => run(['builds', '--confirm', '-o', 'json'])));
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(results.map((result) => json(result).summary.failed)).toEqual([0, 0]);
    expect(remaining()).toHaveLength(5);
    expect(new Set(deletions()).size).toBe(55);
    expect(deletions()).toHaveLength(55);
  });

  test('an interrupted one exits with 130 and reports what it did not reach', async () => {
    addBuilds('dev', 20);
    let interrupted: Promise<void> | undefined;
    let child: Parameters<typeof interrupt>[0];
    sandbox.onRequest(async ({ method }) => {
      if (method === 'DELETE') await (interrupted ??= interrupt(child, 'SIGINT'));
    });
    const result = await run(['builds', '--confirm', '--num-workers=1', '-o', 'json'], {
      started: (started) => (child = started),
    });
    const document = json(result);
    expect([result.status, document.interrupted]).toEqual([130, true]);
    expect(document.summary).toEqual({ objects: 1, failed: 0, skipped: 14 });
    expect(document.objects[1]).toMatchObject({ status: 'skipped', reason: 'the run ended before its turn' });
    expect(deletions()).toHaveLength(1);
  });

  test('a replica set that a rollback uses again in the meantime is kept', async () => {
    addAll('deployments', [anOwner('dev/app')]);
    addAll(
      'replicasets',
      [1, 2, 3].map((at) => aReplicaSet(`dev/app-${at}`)),
    );
    sandbox.onRequest(({ method, path }) => {
      if (method === 'GET' && path.endsWith('/replicasets/app-1'))
        sandbox.store.put('replicasets', aReplicaSet('dev/app-1', { replicas: 1 }));
    });
    const args = ['deployments', '--replica-sets', '--keep-complete=0', '--confirm', '-o', 'json'];
    const result = await run(args);
    expect(json(result).objects).toEqual([
      expect.objectContaining({ name: 'app-1', status: 'skipped', reason: 'it has changed since it was listed' }),
      expect.objectContaining({ name: 'app-2', status: 'deleted' }),
    ]);
    expect(deletions()).toEqual(['/apis/apps/v1/namespaces/dev/replicasets/app-2']);
  });

  test('a rollback between the read and the deletion makes the API server refuse it', async () => {
    addAll('deployments', [anOwner('dev/app')]);
    addAll(
      'replicasets',
      [1, 2].map((at) => aReplicaSet(`dev/app-${at}`)),
    );
    sandbox.onRequest(({ method, path }) => {
      if (method === 'DELETE' && path.includes('/replicasets/app-1'))
        sandbox.store.put('replicasets', aReplicaSet('dev/app-1', { replicas: 1 }));
    });
    const result = await run(['deployments', '--replica-sets', '--keep-complete=0', '--confirm', '-o', 'json']);
    expect(json(result).objects).toEqual([expect.objectContaining({ name: 'app-1', status: 'skipped' })]);
    expect(deletions()).toEqual([]);
  });
});

test('a table states what failed, what was skipped and what is gone, in sections with a blank line in front', async () => {
  addBuilds();
  sandbox.addFault('DELETE /builds/app-1$ => 403');
  const { status, stdout, stderr } = await run(['builds', '--confirm']);
  expect(status).toBe(3);
  expect(stdout).not.toContain('\\n');
  expect(stdout).toMatch(/^2 of 8 builds deleted\.\n\nNAMESPACE/);
  expect(stdout).toMatch(
    /\n\nFailed\n {2}Build dev\/app-1: .*\n\nWhat to do\n {2}\* grant it: oc create clusterrole regadm-prune-objects/,
  );
  expect(stderr).toContain('hint: the images that only these builds used');
});

test('without a deletion, no images are said to be unused', async () => {
  addBuilds();
  sandbox.addFault('DELETE /builds/ => 403');
  const { stdout, stderr } = await run(['builds', '--confirm']);
  expect(stdout).toMatch(/^0 of 8 builds deleted\./);
  expect(stderr).not.toContain('hint:');
});

test.each(['audit-log', 'plan-out'])('--%s and --metrics-file cannot be the same file', async (flag) => {
  addBuilds();
  const file = join(directory, 'both');
  const command = flag === 'plan-out' ? 'images' : 'builds';
  const { status, stderr } = await run([
    command,
    `--${flag}`,
    file,
    '--metrics-file',
    `${directory}/./both`,
    '--confirm',
  ]);
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`--metrics-file and --${flag} cannot be the same file`) as string,
  });
  expect(deletions()).toEqual([]);
});
