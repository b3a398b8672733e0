import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mapParallel } from '../../src/core/kit/parallel.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { ROOT } from '../support/fake-object-store.js';
import { guardedState } from '../support/guarded.js';
import { requires } from '../support/jest/requires.js';
import { AZURE_PLACE, SWIFT_PLACE, type Container, type Place } from '../support/servers/places.js';
import { kindOf } from '../support/servers/storage-proxy.js';
import { filesBelow } from '../support/storage-tree.js';

interface Document {
  kind: string;
  code?: string;
  summary: Record<string, number>;
  blobs: { digest: string; status: string }[];
  failures: { target: string; message: string }[];
}

const SKIP = ['--read-only=skip', '--keep-blobs-younger-than=0'];
/** Longer contents are cut: only manifests are read. */
const LONGEST = 20_000;

describe.each([SWIFT_PLACE, AZURE_PLACE])('$name', ({ needs, start }) => {
  requires(...needs).describe('a registry in it', () => {
    let sandbox: Sandbox;
    let place: Place;
    let container: Container;
    let number = 0;

    beforeAll(async () => {
      place = await start();
    });
    afterAll(() => place?.stop());
    beforeEach(async () => {
      sandbox = await startSandbox({ sample: true });
      container = await place.create(`registry${number++}`);
      const root = path.join(sandbox.storageDir, ROOT);
      await mapParallel(filesBelow(root), 8, (file) =>
        container.put(`${ROOT}/${file}`, readFileSync(path.join(root, file), 'utf8').slice(0, LONGEST)),
      );
      place.proxy.reset();
    });
    afterEach(() => sandbox.stop());

    const prune = async (more: string[], env = place.env): Promise<CliResult & { document: Document }> => {
      const args = ['prune', 'hard', ...container.args, '-o', 'json', ...more];
      const result = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin, env });
      for (const secret of place.secrets) expect(result.stdout + result.stderr).not.toContain(secret);
      return { ...result, document: (result.stdout === '' ? undefined : JSON.parse(result.stdout)) as Document };
    };
    const expectPruned = async (): Promise<void> => {
      const { status, document } = await prune(SKIP);
      expect(status).toBe(0);
      expect(document.summary).toMatchObject({ blobs: 0, manifestLinks: 0, repositories: 0 });
    };

    test('a dry run finds what it finds in a directory, and changes nothing', async () => {
      const keys = await container.keys();
      const { document, status } = await prune([...SKIP, '-v', '10']);
      const args = ['prune', 'hard', '--storage', sandbox.storageDir, ...SKIP, '-o', 'json'];
      const directory = await regadm(args, { kubeconfig: sandbox.kubeconfig.admin });
      const expected = JSON.parse(directory.stdout) as Document;
      expect(status).toBe(0);
      expect(expected.blobs.length).toBeGreaterThan(0);
      expect(document.blobs.map(({ digest }) => digest)).toEqual(expected.blobs.map(({ digest }) => digest));
      expect(await container.keys()).toEqual(keys);
    });

    test('--confirm deletes it in read-only mode, and restores the registry', async () => {
      const before = guardedState(sandbox);
      const { document, status } = await prune(['--confirm', '--keep-blobs-younger-than=0']);
      expect([status, document.failures]).toEqual([0, []]);
      const keys = await container.keys();
      for (const { digest } of document.blobs)
        expect(keys.some((key) => key.endsWith(`${digest.slice(7)}/data`))).toBe(false);
      expect(guardedState(sandbox)).toEqual(before);
      await expectPruned();
    });

    test('credentials that are rejected in the middle: exit status 3 with the document; the next run finishes', async () => {
      let deletions = 0;
      place.proxy.fault = (request) => {
        if (kindOf(request) === place.deletion) deletions++;
        const code = { 'x-ms-error-code': 'AuthenticationFailed' };
        return deletions > 2 ? { status: place.deletion === 'batch' ? 403 : 401, headers: code } : undefined;
      };
      const { document, status } = await prune(['--confirm', ...SKIP]);
      expect([status, document.kind]).toEqual([3, 'HardPrune']);
      expect(document.failures.length).toBeGreaterThan(0);
      place.proxy.reset();
      expect((await prune(['--confirm', ...SKIP])).status).toBe(0);
      await expectPruned();
    });

    test('a run that is killed between deletions: the next one finishes', async () => {
      const args = ['prune', 'hard', ...container.args, '-o', 'json', '--confirm', ...SKIP];
      const stop = new AbortController();
      let deletions = 0;
      place.proxy.fault = (request) => {
        if (kindOf(request) === place.deletion && ++deletions === 2) stop.abort();
        return undefined;
      };
      const options = { kubeconfig: sandbox.kubeconfig.admin, env: place.env, signal: stop.signal };
      expect((await regadm(args, options)).signal).toBe('SIGKILL');
      place.proxy.reset();
      expect((await prune(['--confirm', ...SKIP])).status).toBe(0);
      await expectPruned();
    });

    test('two runs at once delete everything, and neither fails', async () => {
      const runs = await Promise.all([prune(['--confirm', ...SKIP]), prune(['--confirm', ...SKIP])]);
      expect(runs.map(({ status, document }) => [status, document.failures])).toEqual([
        [0, []],
        [0, []],
      ]);
      await expectPruned();
    });

    test('a listing that fails, and missing credentials: exit status 1, nothing changed', async () => {
      const keys = await container.keys();
      place.proxy.fault = (request) => (kindOf(request) === 'LIST' ? { status: 403 } : undefined);
      expect((await prune(['--confirm', ...SKIP])).status).toBe(1);
      const { status, stdout, stderr } = await prune(['--confirm', ...SKIP], {});
      expect([status, stdout + stderr]).toEqual([1, expect.stringContaining('STORAGE_CREDENTIALS')]);
      place.proxy.reset();
      expect(await container.keys()).toEqual(keys);
    });
  });
});
