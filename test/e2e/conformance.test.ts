import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { namedCases, randomCases, type PruneImagesCase } from '../support/conformance/conformance-cases.js';
import { shiftTimes } from '../support/conformance/shift-times.js';
import { regadm } from '../support/regadm.js';

/** The state after a run: images and items that are left, links and blobs that the registry deleted. */
interface After {
  images: string[];
  items: Record<string, number>;
  layerLinks: string[];
  manifestLinks: string[];
  blobs: string[];
}

function itemCounts(streams: KubeObject[]): Record<string, number> {
  return Object.fromEntries(
    streams.map(({ metadata, status }) => {
      const tags = (status?.tags ?? []) as { items?: unknown[] }[];
      return [`${metadata.namespace}/${metadata.name}`, tags.reduce((sum, tag) => sum + (tag.items?.length ?? 0), 0)];
    }),
  );
}

const names = (objects: KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name);

/** The state that a confirmed run must leave. */
function expectedAfter({ cluster, expect }: PruneImagesCase): After {
  const items = itemCounts(cluster.imagestreams ?? []);
  for (const [stream, removed] of Object.entries(expect.imageStreamItems as Record<string, number>))
    items[stream]! -= removed;
  return {
    images: names(cluster.images ?? [])
      .filter((name) => !expect.images.includes(name))
      .sort(),
    items,
    layerLinks: [...expect.layerLinks].sort(),
    manifestLinks: [...expect.manifestLinks].sort(),
    blobs: [...expect.blobs].sort(),
  };
}

/** The state of a sandbox after a run. The probes of the preflight, which delete random digests, do not count. */
function after(sandbox: Sandbox): After {
  const deleted = (kind: string): string[] => {
    const found = sandbox.registry.deletions
      .filter(
        (deletion) =>
          deletion.kind === kind && deletion.status < 300 && (kind !== 'blob' || existed.has(deletion.digest)),
      )
      .map(({ repository, digest }) => (repository ? `${repository}@${digest}` : digest));
    return [...new Set(found)].sort();
  };
  const existed = new Set(existing.get(sandbox));
  return {
    images: names(sandbox.store.list('images')).sort(),
    items: itemCounts(sandbox.store.list('imagestreams')),
    layerLinks: deleted('layer-link'),
    manifestLinks: deleted('manifest-link'),
    blobs: deleted('blob'),
  };
}

const existing = new Map<Sandbox, string[]>();

async function inSandbox(
  testCase: PruneImagesCase,
  check: (sandbox: Sandbox, args: string[]) => Promise<void>,
): Promise<void> {
  const cluster = shiftTimes(testCase.cluster, Date.now() - Date.parse(testCase.now));
  const sandbox = await startSandbox({ cluster, storage: 'none', operator: false });
  existing.set(sandbox, sandbox.registry.blobs());
  const host = testCase.args.some((arg) => arg.startsWith('--registry-url'))
    ? []
    : [`--registry-url=${sandbox.registryUrl}`];
  try {
    await check(sandbox, [
      'prune',
      'images',
      ...testCase.args,
      ...host,
      '--referrers=oc',
      '--kubeconfig',
      sandbox.kubeconfig.admin,
    ]);
  } finally {
    existing.delete(sandbox);
    await sandbox.stop();
  }
}

/** Compares a dry run and a confirmed run with what `oc` did. */
async function expectAsRecorded(testCase: PruneImagesCase): Promise<void> {
  await inSandbox(testCase, async (sandbox, args) => {
    const dryRun = await regadm([...args, '-o', 'json']);
    expect(dryRun.status).toBe(testCase.expect.exit);
    const document = JSON.parse(dryRun.stdout) as Document;
    if (testCase.expect.error !== null) {
      expect(document).toMatchObject({ kind: 'Error', apiVersion: 'regadm/v1' });
      expectInvalidReferences(document, testCase);
      expect((await regadm([...args, '--confirm'])).status).toBe(1);
      expect(changes(sandbox)).toEqual([]);
      return;
    }
    expect(document.images!.map(({ name }) => name)).toEqual([...testCase.expect.images].sort());
    expect(document.blobs!.map(({ digest }) => digest)).toEqual([...testCase.expect.blobs].sort());
    const confirmed = await regadm([...args, '--confirm', '-o', 'oc']);
    expect(confirmed.stderr).not.toContain('error:');
    expect(confirmed.status).toBe(0);
    expect(confirmed.stdout).toContain(`Summary: ${testCase.expect.summary}`);
    expect(after(sandbox)).toEqual(expectedAfter(testCase));
  });
}

interface Document {
  images?: { name: string }[];
  blobs?: { digest: string }[];
  invalidReferences?: {
    referrer: { kind: string; namespace: string; name: string };
    field: string;
    reference: string;
  }[];
}

function expectInvalidReferences({ invalidReferences = [] }: Document, testCase: PruneImagesCase): void {
  const lines = invalidReferences.map(
    ({ referrer: { kind, name, namespace }, field, reference }) =>
      `${kind.toLowerCase()}/${name} namespace=${namespace}:${field ? ` ${field}:` : ''} "${reference}"`,
  );
  const recorded = testCase.expect.invalidReferences.map((line) =>
    line.replace(/invalid \S+ reference ("[^"]*").*$/, '$1'),
  );
  expect(lines.sort()).toEqual(recorded.sort());
}

function changes({ requests }: Sandbox): unknown[] {
  return requests.filter(({ method, path }) => method !== 'GET' && !path.includes('selfsubjectaccessreviews'));
}

const named = (cases: PruneImagesCase[]): [string, PruneImagesCase][] => cases.map((each) => [each.name, each]);

describe('regadm prune images --referrers oc decides and does what the real oc did', () => {
  test.each(named([...namedCases(), ...randomCases()]))('%s', (_name, testCase) => expectAsRecorded(testCase));
});
