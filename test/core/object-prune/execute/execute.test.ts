import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD_PRUNE } from '../../../../src/core/builds/feature.js';
import { ApiError } from '../../../../src/core/cluster/api-error.js';
import type { VersionDeleted } from '../../../../src/core/cluster/delete-object.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import { SILENT } from '../../../../src/core/kit/reporter.js';
import type { ObjectPrunePorts, Target } from '../../../../src/core/object-prune/ports.js';
import { toExitStatus } from '../../../../src/core/object-prune/exit-status.js';
import { planObjects, pruneObjects } from '../../../../src/core/object-prune/prune-objects.js';
import type { ObjectPruneReport } from '../../../../src/core/object-prune/report.js';
import type { ObjectPruneRequest } from '../../../../src/core/object-prune/request.js';
import { aBuild, anOwner } from '../../../support/object-builders.js';

const REQUEST: ObjectPruneRequest = {
  options: {
    keepYoungerThanMs: 0,
    keepComplete: 0,
    keepFailed: 0,
    orphans: true,
    rules: 'safe',
    replicaSets: false,
  },
  keepYoungerThan: '0s',
  workers: 1,
};

/** A cluster in memory, whose ports tests override. */
class FakeCluster {
  builds = new Map<string, KubeObject>();
  configs = new Map<string, KubeObject>();
  deleted: string[] = [];
  denied: string[] = [];
  /** Runs before an object is read again. */
  onFind: (key: string) => void = () => {};
  onDelete: (key: string) => VersionDeleted | undefined = () => undefined;

  constructor(builds: KubeObject[], configs: KubeObject[] = [anOwner('dev/app')]) {
    for (const build of builds) this.builds.set(keyOf(build.metadata as Named), build);
    for (const config of configs) this.configs.set(keyOf(config.metadata as Named), config);
  }

  get ports(): ObjectPrunePorts {
    return {
      server: 'https://api.example.org:6443',
      list: async (resource, reader) => ({
        records: [...this.listOf(resource).values()].map((object) => reader.reduce(object)),
        serverTime: Date.now(),
      }),
      find: async (target) => {
        if (target.resource.resource === 'builds') this.onFind(keyOf(target));
        return this.listOf(target.resource).get(keyOf(target));
      },
      delete: async (target) => {
        const key = keyOf(target);
        const result = this.onDelete(key);
        if (result !== undefined) return result;
        this.deleted.push(key);
        return this.builds.delete(key) ? 'deleted' : 'gone';
      },
      reviewAccess: async (permission) => ({
        permission,
        status: 201,
        access: this.denied.includes(`${permission.verb} ${permission.resource}`) ? 'denied' : 'allowed',
      }),
      hasNamespace: async () => true,
    };
  }

  run(request: Partial<ObjectPruneRequest> = {}, signal = new AbortController().signal): Promise<ObjectPruneReport> {
    return pruneObjects(
      { feature: BUILD_PRUNE, ports: this.ports, request: { ...REQUEST, ...request } },
      SILENT,
      signal,
    );
  }

  private listOf({ resource }: { resource: string }): Map<string, KubeObject> {
    return resource === 'builds' ? this.builds : this.configs;
  }
}

type Named = Pick<Target, 'namespace' | 'name'>;
const keyOf = ({ namespace, name }: Named): string => `${namespace}/${name}`;
const apiError = (status: number): ApiError =>
  new ApiError(`cannot delete it: ${status}`, { status, reason: 'Unknown' });
const manyBuilds = (count: number): KubeObject[] =>
  Array.from({ length: count }, (_, at) => aBuild(`ns${at % 4}/gone-${at}`));

let cluster: FakeCluster;
beforeEach(() => {
  cluster = new FakeCluster([aBuild('dev/app-1'), aBuild('dev/app-2')]);
});

describe('an object that is read again', () => {
  test('has changed: it is skipped', async () => {
    cluster.onFind = (key) => {
      if (key === 'dev/app-1') cluster.builds.set(key, aBuild(key, { status: { phase: 'Running' } }));
    };
    const report = await cluster.run();
    expect(report.statuses).toEqual([
      { status: 'skipped', reason: 'it has changed since it was listed' },
      { status: 'deleted' },
    ]);
    expect([cluster.deleted, toExitStatus(report, false)]).toEqual([['dev/app-2'], 0]);
  });

  test('has a field of an unexpected type: it is skipped', async () => {
    cluster.onFind = (key) => cluster.builds.set(key, aBuild(key, { metadata: { ownerReferences: 'none' } }));
    expect((await cluster.run()).statuses[0]).toEqual({
      status: 'skipped',
      reason: 'it has changed since it was listed',
    });
    expect(cluster.deleted).toEqual([]);
  });

  test('was deleted and created again: it is skipped', async () => {
    cluster.onFind = (key) => cluster.builds.set(key, aBuild(key, { metadata: { uid: 'another' } }));
    expect((await cluster.run()).statuses[0]).toEqual({
      status: 'skipped',
      reason: 'it was deleted and created again in the meantime',
    });
  });

  test('no longer exists: it is gone, which is not a failure', async () => {
    cluster.onFind = (key) => cluster.builds.delete(key);
    const report = await cluster.run();
    expect(report.statuses).toEqual([{ status: 'gone' }, { status: 'gone' }]);
    expect([cluster.deleted, report.failures, toExitStatus(report, false)]).toEqual([[], [], 0]);
  });

  test('is an orphan whose owner exists now: it is skipped', async () => {
    cluster = new FakeCluster([aBuild('dev/late-1')]);
    cluster.onFind = () => cluster.configs.set('dev/late', anOwner('dev/late'));
    expect((await cluster.run()).statuses).toEqual([{ status: 'skipped', reason: 'BuildConfig dev/late exists now' }]);
    expect(cluster.deleted).toEqual([]);
  });

  test('cannot be read: it fails, and is not deleted', async () => {
    cluster.onFind = (key) => {
      if (key === 'dev/app-1') throw apiError(404);
    };
    const report = await cluster.run();
    expect(report.statuses.map(({ status }) => status)).toEqual(['failed', 'deleted']);
    expect([cluster.deleted, toExitStatus(report, false)]).toEqual([['dev/app-2'], 3]);
  });
});

describe('a deletion', () => {
  test('is tried again with the new version, but only if nothing else changed', async () => {
    let changes = 0;
    cluster.onDelete = () => (changes++ < 2 ? 'changed' : undefined);
    expect((await cluster.run()).statuses).toEqual([{ status: 'deleted' }, { status: 'deleted' }]);
  });

  test('of an object that changes three times is skipped', async () => {
    cluster.onDelete = (key) => (key === 'dev/app-1' ? 'changed' : undefined);
    const report = await cluster.run();
    expect(report.statuses[0]).toEqual({ status: 'skipped', reason: 'it changes all the time' });
    expect(cluster.deleted).toEqual(['dev/app-2']);
  });

  test('of an object that was replaced is skipped', async () => {
    cluster.onDelete = () => 'replaced';
    expect((await cluster.run()).statuses[0]).toEqual({
      status: 'skipped',
      reason: 'it was deleted and created again in the meantime',
    });
  });

  test('that fails does not stop the others', async () => {
    cluster.onDelete = (key) => {
      if (key === 'dev/app-1') throw apiError(500);
      return undefined;
    };
    const report = await cluster.run();
    expect(report.failures).toEqual([expect.objectContaining({ target: 'Build dev/app-1' })]);
    expect([cluster.deleted, toExitStatus(report, false)]).toEqual([['dev/app-2'], 3]);
  });
});

test('20 failures in a row in three namespaces end the run', async () => {
  cluster = new FakeCluster(manyBuilds(40), []);
  let attempts = 0;
  cluster.onDelete = () => {
    if (++attempts > 1) throw apiError(403);
    return undefined;
  };
  const report = await cluster.run();
  const count = (wanted: string): number => report.statuses.filter(({ status }) => status === wanted).length;
  expect([count('deleted'), count('failed'), count('skipped')]).toEqual([1, 20, 19]);
  expect(report.failures).toContainEqual(
    expect.objectContaining({ target: 'the run', message: expect.stringContaining('20 consecutive requests failed') }),
  );
  expect(toExitStatus(report, false)).toBe(3);
});

describe('permissions', () => {
  test.each([
    ['delete builds', 'regadm-prune-objects', 'builds.build.openshift.io'],
    ['get builds', 'regadm-prune-objects', 'builds.build.openshift.io'],
    ['get buildconfigs', 'regadm-read-owners', 'buildconfigs.build.openshift.io'],
  ])('without %s, nothing is deleted, and the error says what to do', async (denied, role, resource) => {
    cluster = new FakeCluster([aBuild('dev/app-1'), aBuild('dev/gone-1')]);
    cluster.denied = [denied];
    const error = await cluster.run().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining(denied.split(' ')[0]!) });
    expect((error as RegadmError).suggestions).toEqual([expect.stringContaining(`clusterrole ${role} `)]);
    expect((error as RegadmError).suggestions[0]).toContain(`--resource=${resource} `);
    expect(cluster.deleted).toEqual([]);
  });

  test('in a dry run, missing permissions are a warning', async () => {
    cluster.denied = ['delete builds'];
    const prune = { feature: BUILD_PRUNE, ports: cluster.ports, request: REQUEST };
    const report = await planObjects(prune, SILENT, new AbortController().signal);
    expect(report.warnings).toEqual([expect.stringContaining('the user may not delete builds')]);
    expect(report.statuses).toEqual([{ status: 'would-delete' }, { status: 'would-delete' }]);
  });
});

describe('an interruption', () => {
  test('finishes the request in flight, and reports the rest as skipped', async () => {
    const abort = new AbortController();
    cluster.onDelete = () => void abort.abort();
    const report = await cluster.run({}, abort.signal);
    expect(report.statuses).toEqual([
      { status: 'deleted' },
      { status: 'skipped', reason: 'the run ended before its turn' },
    ]);
    expect(toExitStatus(report, false)).toBe(130);
  });

  test('while an object is read deletes nothing', async () => {
    const abort = new AbortController();
    cluster.onFind = () => abort.abort();
    const report = await cluster.run({}, abort.signal);
    expect(report.statuses.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    expect(cluster.deleted).toEqual([]);
  });
});

describe('the audit log', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('has a line for every deletion', async () => {
    const auditLog = join(directory, 'audit.jsonl');
    cluster.onFind = (key) => {
      if (key === 'dev/app-2') throw apiError(500);
    };
    await cluster.run({ auditLog });
    const lines = readFileSync(auditLog, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ action: 'start', objects: 2, server: 'https://api.example.org:6443' }),
      expect.objectContaining({
        action: 'delete-build',
        namespace: 'dev',
        name: 'app-1',
        uid: 'uid-of-dev-app-1',
        result: 'deleted',
      }),
      expect.objectContaining({ action: 'delete-build', name: 'app-2', result: 'failed' }),
      expect.objectContaining({ action: 'end' }),
    ]);
  });

  test.each(['/dev/full', '/nonexistent/audit.jsonl'])(
    'that cannot be written (%s): nothing is deleted',
    async (file) => {
      await expect(cluster.run({ auditLog: file })).rejects.toMatchObject({ code: 'AUDIT_LOG' });
      expect(cluster.deleted).toEqual([]);
    },
  );
});
