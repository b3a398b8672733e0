import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { pruneObjectsCases, type PruneObjectsCase } from '../support/conformance/conformance-cases.js';
import { shiftTimes } from '../support/conformance/shift-times.js';
import { Runner } from '../support/runner.js';

interface Document {
  kind: string;
  code?: string;
  message?: string;
  objects: { namespace: string; name: string; status: string; reason: string }[];
  summary: { objects: number; failed: number };
}

const runner = new Runner();
afterAll(() => runner.stop());

async function inSandbox(
  { cluster, now, command, args }: PruneObjectsCase,
  check: (sandbox: Sandbox, argv: string[]) => Promise<void>,
): Promise<void> {
  const shifted = shiftTimes(cluster, Date.now() - Date.parse(now));
  const sandbox = await startSandbox({ cluster: shifted, storage: 'none', operator: false });
  try {
    await check(sandbox, ['prune', command, ...args, '--kubeconfig', sandbox.kubeconfig.admin]);
  } finally {
    await sandbox.stop();
  }
}

const deletesOf = ({ requests }: Sandbox): string[] =>
  requests
    .filter(({ method }) => method === 'DELETE')
    .map(({ method, path }) => `${method} ${path.replace(/\?.*$/, '')}`)
    .sort();

const keys = ({ objects }: Document): string[] => objects.map(({ namespace, name }) => `${namespace}/${name}`);

/** The rows of `oc`: without its title. */
const rowsOf = (text: string): string[] =>
  text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().split(/\s+/).join('/'));

describe.each(pruneObjectsCases().map((each) => [each.name, each] as const))('%s', (_name, testCase) => {
  const { expect: recorded } = testCase;

  test('--rules oc decides and does what the real oc did', () =>
    inSandbox(testCase, async (sandbox, argv) => {
      const dryRun = await runner.run([...argv, '--rules=oc', '-o', 'json']);
      expect(dryRun.status).toBe(recorded.exit);
      const document = JSON.parse(dryRun.stdout) as Document;
      if (recorded.error !== null) {
        expect(document.message).toBe(recorded.error);
        expect((await runner.run([...argv, '--rules=oc', '--confirm'])).status).toBe(recorded.exit);
        expect(deletesOf(sandbox)).toEqual([]);
        return;
      }
      expect(keys(document)).toEqual(recorded.objects);
      expect(document.summary).toMatchObject({ objects: recorded.objects.length, failed: 0 });
      expect(deletesOf(sandbox)).toEqual([]);
      const confirmed = await runner.run([...argv, '--rules=oc', '--confirm', '-o', 'oc']);
      expect(confirmed.status).toBe(0);
      expect(rowsOf(confirmed.stdout)).toEqual(recorded.objects);
      expect(deletesOf(sandbox)).toEqual(recorded.confirmed.deletes);
      const again = await runner.run([...argv, '--rules=oc', '-o', 'oc']);
      expect({ stdout: again.stdout, status: again.status }).toEqual({ stdout: '', status: 0 });
    }));

  test('--rules safe deletes no more than oc', () =>
    inSandbox(testCase, async (sandbox, argv) => {
      if (recorded.exit !== 0) return;
      const { stdout } = await runner.run([...argv, '--confirm', '-o', 'json']);
      const document = JSON.parse(stdout) as Document;
      if (document.kind === 'Error') {
        // `oc` reports success for a namespace that does not exist.
        expect(document).toMatchObject({ code: 'NOT_FOUND' });
        return expect(recorded.objects).toEqual([]);
      }
      expect(keys(document).filter((key) => !recorded.objects.includes(key))).toEqual([]);
      expect(deletesOf(sandbox).filter((path) => !recorded.confirmed.deletes.includes(path))).toEqual([]);
    }));
});
