import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { namedCases, randomCases, type PruneImagesCase } from '../support/conformance-cases.js';
import { regadm } from '../support/regadm.js';

/** What a registry was asked to delete, and what a stream lists. */
interface After {
  images: string[];
  items: Record<string, number>;
  layerLinks: string[];
  manifestLinks: string[];
  blobs: string[];
}

const YEARS = /^\d{4}-\d\d-\d\dT/;

/** Every time in a cluster moved by so many milliseconds. */
function shift<T>(value: T, ms: number): T {
  if (Array.isArray(value)) return value.map((entry) => shift(entry as unknown, ms)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        (key === 'creationTimestamp' || key === 'created') && typeof entry === 'string' && YEARS.test(entry)
          ? new Date(Date.parse(entry) + ms).toISOString()
          : shift(entry as unknown, ms),
      ]),
    ) as T;
  }
  return value;
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

/** What the case expects a confirmed run to leave and to delete. */
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

/** What a sandbox shows after a run; the probes of the preflight (random digests, answered 404) are no deletions. */
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
  one: PruneImagesCase,
  check: (sandbox: Sandbox, args: string[]) => Promise<void>,
): Promise<void> {
  const cluster = shift(one.cluster, Date.now() - Date.parse(one.now));
  const sandbox = await startSandbox({ cluster, storage: 'none', operator: false });
  existing.set(sandbox, sandbox.registry.blobs());
  const host = one.args.some((arg) => arg.startsWith('--registry-url'))
    ? []
    : [`--registry-url=${sandbox.registryUrl}`];
  try {
    await check(sandbox, [
      'prune',
      'images',
      ...one.args,
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

const cases = [...namedCases(), ...randomCases()];

describe('regadm prune images --referrers oc, as a process, decides and does what the real oc did', () => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await inSandbox(one, async (sandbox, args) => {
      const dry = await regadm([...args, '-o', 'json']);
      expect(dry.status).toBe(one.expect.exit);
      const document = JSON.parse(dry.stdout) as Record<string, unknown>;
      if (one.expect.error !== null) {
        expect(document).toMatchObject({ kind: 'Error', apiVersion: 'regadm/v1' });
        const invalid = (document.invalidReferences ?? []) as {
          referrer: { kind: string; namespace: string; name: string };
          field: string;
          reference: string;
        }[];
        const told = invalid.map(
          ({ referrer, field, reference }) =>
            `${referrer.kind.toLowerCase()}/${referrer.name} namespace=${referrer.namespace}:${field ? ` ${field}:` : ''} "${reference}"`,
        );
        expect(told.sort()).toEqual(
          one.expect.invalidReferences.map((line) => line.replace(/invalid \S+ reference ("[^"]*").*$/, '$1')).sort(),
        );
        const confirmed = await regadm([...args, '--confirm']);
        expect(confirmed.status).toBe(1);
        expect(
          sandbox.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('selfsubjectaccessreviews')),
        ).toEqual([]);
        return;
      }
      expect((document.images as { name: string }[]).map(({ name }) => name)).toEqual([...one.expect.images].sort());
      expect((document.blobs as { digest: string }[]).map(({ digest }) => digest)).toEqual(
        [...one.expect.blobs].sort(),
      );
      const confirmed = await regadm([...args, '--confirm', '-o', 'oc']);
      expect(confirmed.stderr).not.toContain('error:');
      expect(confirmed.status).toBe(0);
      expect(confirmed.stdout).toContain(`Summary: ${one.expect.summary}`);
      expect(after(sandbox)).toEqual(expectedAfter(one));
    });
  });
});
