import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { missingPartsOf, type PruneDocument } from '../../support/cluster-checks.js';
import { aRunningPod, HOST } from '../../support/prune-scene.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { listOf, REFERRERS } from '../../support/saved-lists.js';

const OLD = '2025-01-01T00:00:00Z';
const KEEP_NOTHING = ['prune', 'images', '--keep-tag-revisions=0', '-o', 'json'];
const CANNOT_PULL = expect.stringContaining('cannot be read') as string;

let sandbox: Sandbox;
/** An image that a pod uses. */
let subject: string;
beforeEach(async () => {
  sandbox = await startSandbox({ cluster: {} });
  sandbox.store.put('imagestreams', {
    metadata: { namespace: 'shop', name: 'app', creationTimestamp: OLD },
    status: { dockerImageRepository: `${HOST}/shop/app` },
  });
  subject = push('latest');
  sandbox.store.put('pods', aRunningPod('shop/web', `${HOST}/shop/app:latest`));
});
afterEach(() => sandbox.stop());

/** Pushes an image to shop/app under a tag. @returns its digest */
function push(tag: string, more: object = {}): string {
  const content = { layers: [`layer of ${tag}`], config: { author: tag }, created: OLD, ...more };
  return sandbox.registry.push('shop/app', tag, content).digest;
}

/** Puts a manifest into an Image object, as the API server stores the manifests of images that the registry lacks. */
function contain(image: string, manifest: object): void {
  const object = sandbox.store.get('images', image)!;
  sandbox.store.put('images', { ...object, dockerImageManifest: JSON.stringify({ schemaVersion: 2, ...manifest }) });
}

const run = (args: string[], user: 'admin' | 'pruner' = 'admin'): Promise<Outcome> =>
  regadm([...args, '--registry-url', sandbox.registryUrl], { kubeconfig: sandbox.kubeconfig[user] });
const documentOf = ({ stdout }: Outcome): PruneDocument => JSON.parse(stdout) as PruneDocument;
const removed = (document: PruneDocument): string[] =>
  document.imageStreams.flatMap(({ items }) => items.map(({ tag }) => tag)).sort();

describe('a subject in the manifest that an Image object contains', () => {
  let artifact: string;
  beforeEach(() => {
    artifact = push('sbom');
    contain(artifact, { layers: [], subject: { digest: subject } });
    contain(push('plain'), { layers: [] });
    contain(push('broken'), { subject: 'no object' });
  });

  test.each(['admin', 'pruner'] as const)('keeps the image, whether or not the %s can pull', async (user) => {
    const result = await run([...KEEP_NOTHING, '--confirm'], user);
    expect(result.status).toBe(0);
    expect(removed(documentOf(result))).toEqual(['broken', 'plain']);
    expect(missingPartsOf(sandbox, artifact)).toEqual([]);
  });

  test('is taken from the object: no other manifest is read', async () => {
    await run(KEEP_NOTHING);
    const read = sandbox.requests.filter(({ path }) => path.includes('/manifests/')).map(({ path }) => path);
    const broken = sandbox.store
      .list('images')
      .find(({ dockerImageManifest: text }) => String(text).includes('no obj'));
    expect(read).toEqual([`/v2/shop/app/manifests/${broken!.metadata.name}`]);
  });

  test('counts in prune why and in registry status', async () => {
    const why = await run(['prune', 'why', 'shop/app:sbom', '--keep-tag-revisions=0'], 'pruner');
    expect([why.status, why.stderr]).toEqual([
      0,
      expect.stringMatching(/^warning: .* podtemplates, .* cannot be listed.*\n$/),
    ]);
    expect(why.stdout).toContain(`it belongs to image ${subject}`);
    const status = await regadm(['registry', 'status', '--revisions=0', '--ages=60m', '-o', 'json'], {
      kubeconfig: sandbox.kubeconfig.admin,
    });
    expect(JSON.parse(status.stdout)).toMatchObject({ freeable: { cells: [{ images: 2, tagItems: 2 }] } });
  });

  test('counts with --from', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'regadm-attachments-'));
    try {
      for (const resource of ['images', 'imagestreams', ...REFERRERS])
        writeFileSync(join(dir, `${resource}.json`), JSON.stringify(listOf(resource, sandbox.store.list(resource))));
      const result = await regadm([...KEEP_NOTHING, '--from', dir]);
      expect(removed(documentOf(result))).toEqual(['broken', 'plain']);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('does not count with --referrers=oc', async () => {
    const result = await run([...KEEP_NOTHING, '--referrers=oc']);
    expect(removed(documentOf(result))).toEqual(['broken', 'plain', 'sbom']);
  });

  test('lets --prune-signatures delete the image with its subject', async () => {
    sandbox.store.remove('pods', 'shop', 'web');
    const args = ['prune', 'images', '--keep-tag-revisions=1', '-o', 'json', '--prune-signatures'];
    const attached = push('of-newer');
    contain(attached, { layers: [], subject: { digest: subject } });
    push('latest', { layers: ['newer'] });
    expect(removed(documentOf(await run(args)))).toEqual(['latest', 'of-newer', 'sbom']);
    expect(documentOf(await run(args, 'pruner')).warnings).toEqual([
      expect.stringMatching(/podtemplates, .* cannot be listed; grant it/),
      CANNOT_PULL,
    ]);
  });
});

describe('an image whose manifest only the registry has', () => {
  let artifact: string;
  beforeEach(() => {
    artifact = push('sbom', { subject });
  });
  const why = (): Promise<Outcome> => run(['prune', 'why', 'shop/app:sbom', '--keep-tag-revisions=0']);

  test('is kept by a dry run, and stops a confirmed one, if something else answers for the registry', async () => {
    sandbox.onRequest(({ path }) =>
      path.includes('/manifests/') ? { do: 'respond', status: 200, body: '<html>login</html>' } : undefined,
    );
    const dryRun = await run(KEEP_NOTHING);
    expect([dryRun.status, removed(documentOf(dryRun))]).toEqual([3, []]);
    const remedy = expect.stringMatching(
      /; pass --registry-url with the address of the integrated registry$/,
    ) as string;
    expect(documentOf(dryRun).warnings).toEqual([remedy]);
    expect(documentOf(dryRun).failures[0]!.message).toMatch(
      /^the registry is not available: .*; the image and its tag/,
    );
    expect((await why()).stdout).toContain('its manifest cannot be read');
    const confirmed = await run([...KEEP_NOTHING, '--confirm']);
    expect(confirmed.status).toBe(1);
    expect(missingPartsOf(sandbox, artifact)).toEqual([]);
  });

  const PAGE = '<html>blocked by policy</html>';
  test.each([
    ['a web page, 403', { status: 403, body: PAGE }],
    ['no body, 401', { status: 401, body: '' }],
    ['another error code', { status: 403, body: JSON.stringify({ errors: [{ code: 'UNKNOWN' }] }) }],
  ])('is kept if the request is refused, but not by the registry itself: %s', async (_, answer) => {
    sandbox.onRequest(({ path }) => (path.includes('/manifests/') ? { do: 'respond', ...answer } : undefined));
    const result = await run([...KEEP_NOTHING, '--confirm']);
    expect([result.status, removed(documentOf(result))]).toEqual([3, []]);
    expect(documentOf(result).failures[0]!.message).toMatch(/unexpected status 40[13]: .*; the image and its tag/);
    expect(missingPartsOf(sandbox, artifact)).toEqual([]);
  });

  test('is in a dry run without the registry, with a warning', async () => {
    const user = { kubeconfig: sandbox.kubeconfig.admin };
    const result = await regadm([...KEEP_NOTHING, '--registry-url', 'https://127.0.0.1:9'], user);
    expect([result.status, removed(documentOf(result))]).toEqual([0, ['sbom']]);
    expect(documentOf(result).warnings).toContainEqual(
      expect.stringMatching(
        /^manifests cannot be read without the registry \(1\); .* can be in this plan; .*; expose /,
      ),
    );
    const answer = await regadm(['prune', 'why', 'shop/app:sbom', '--registry-url', 'https://127.0.0.1:9'], user);
    expect(answer.stderr).not.toContain('cannot be read');
    const asked = ['prune', 'why', 'shop/app:sbom', '--keep-tag-revisions=0', '--registry-url', 'https://127.0.0.1:9'];
    expect((await regadm(asked, user)).stderr).toMatch(
      /manifests cannot be read; the answers do not consider .*expose/,
    );
  });

  test.each([[[]], [['--prune-registry=false']]])(
    'is not requested from another registry: a warning names an imported artifact, but no container image %j',
    async (flags) => {
      const imported = ['sbom', 'tool'].map((tag) => {
        const digest = push(tag, tag === 'sbom' ? { subject } : {});
        const { metadata, dockerImageMetadata, ...image } = sandbox.store.get('images', digest)!;
        sandbox.store.put('images', {
          ...image,
          metadata: { ...metadata, annotations: {} },
          dockerImageReference: `quay.io/org/${tag}@${digest}`,
          dockerImageMetadata: { ...(dockerImageMetadata as object), Architecture: tag === 'sbom' ? '' : 'amd64' },
        });
        return digest;
      });
      const result = await run([...KEEP_NOTHING, ...flags]);
      expect([result.status, removed(documentOf(result))]).toEqual([0, ['sbom', 'tool']]);
      expect(documentOf(result).warnings).toEqual([
        expect.stringMatching(
          `^manifests of 1 imported images are not read, .*first: image ${imported[0]!}.*--protect$`,
        ),
      ]);
      expect(sandbox.requests.filter(({ path }) => path.includes('/manifests/'))).toEqual([]);
      expect((await why()).stderr).toContain('manifests of 1 imported images are not read');
    },
  );
});
