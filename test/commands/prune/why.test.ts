import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { anImage, anImageStream, digest } from '../../support/builders.js';
import { regadm, type Outcome } from '../../support/regadm.js';

interface WhyDocument {
  kind: string;
  options: Record<string, unknown>;
  answers: {
    argument: string;
    kind: string;
    stream?: string;
    images: {
      name: string;
      verdict: string;
      places: { text: string; verdict: string }[];
      wouldGo?: { text: string }[];
      wouldStay?: { text: string }[];
      referrers: { name: string; holds: boolean }[];
    }[];
  }[];
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
});
afterAll(() => sandbox.stop());

const why = (...args: string[]): Promise<Outcome> =>
  regadm(['prune', 'why', ...args, '--kubeconfig', sandbox.kubeconfig.pruner]);
/** The pruner may not pull: then regadm warns that it cannot read manifests. */
const asAdmin = (): string[] => ['--kubeconfig', sandbox.kubeconfig.admin];
const tags = (namespace: string, name: string): { tag: string; items: { image: string }[] }[] =>
  sandbox.store.get('imagestreams', namespace, name)!.status!.tags as { tag: string; items: { image: string }[] }[];
const classic = (): string => tags('myproject', 'myapp').find(({ tag }) => tag === 'v2.1-may-2016')!.items[0]!.image;

test('an image under three tags: its tag items, its uses, and what would have to change', async () => {
  const { status, stdout, stderr } = await regadm(['prune', 'why', classic(), ...asAdmin()]);
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  // As `oc` counts: positions from 0, and the number of items (test/conformance: the-same-image-under-three-tags).
  expect(lines).toEqual(
    expect.arrayContaining([
      'myapp:v2 at position 4 out of 5',
      'myapp:v2.1 at position 2 out of 3',
      'myapp:v2.1-may-2016 at position 0 out of 1',
    ]),
  );
  expect(stdout).toContain('It is kept: listed by myproject/myapp:v2.1 at position 2 of 3.');
  expect(stdout).toContain('Who uses it: nobody');
  expect(stdout).toMatch(
    /- with --keep-tag-revisions=0 \(\d+ other images and \d+ other tag items would be pruned too\)/,
  );
  expect(stdout).toContain('- once tags v2.1 and v2.1-may-2016 are deleted');
});

test('its answer about --keep-tag-revisions=0 equals a dry run with that flag', async () => {
  const also = /with --keep-tag-revisions=0 \((\d+) other images and (\d+) other tag items/.exec(
    (await why(classic())).stdout,
  )!;
  const { stdout } = await regadm([
    'prune',
    'images',
    '--keep-tag-revisions=0',
    '-o',
    'json',
    '--kubeconfig',
    sandbox.kubeconfig.pruner,
    '--prune-registry=false',
    '--preflight=skip',
  ]);
  const base = await regadm([
    'prune',
    'images',
    '-o',
    'json',
    '--kubeconfig',
    sandbox.kubeconfig.pruner,
    '--prune-registry=false',
    '--preflight=skip',
  ]);
  const count = (text: string): { images: number; imageStreamTagItems: number } =>
    (JSON.parse(text) as { summary: { images: number; imageStreamTagItems: number } }).summary;
  expect(Number(also[1])).toBe(count(stdout).images - count(base.stdout).images - 1);
  expect(Number(also[2])).toBe(count(stdout).imageStreamTagItems - count(base.stdout).imageStreamTagItems - 2);
});

test('-o json and -o yaml print the same document', async () => {
  const { stdout } = await why(classic(), 'shop/cart:latest', '-o', 'json');
  const document = JSON.parse(stdout) as WhyDocument;
  expect(document).toMatchObject({
    apiVersion: 'regadm/v1',
    kind: 'PruneWhy',
    options: { keepTagRevisions: 3, keepYoungerThan: '60m', referrers: 'extended' },
  });
  const [first, second] = document.answers;
  expect(first).toMatchObject({
    kind: 'image',
    images: [
      {
        name: classic(),
        verdict: 'keep',
        places: [
          { text: 'myapp:v2 at position 4 out of 5', verdict: 'remove' },
          { verdict: 'keep' },
          { verdict: 'keep' },
        ],
      },
    ],
  });
  expect(second).toMatchObject({ kind: 'tag', stream: 'shop/cart', tag: 'latest' });
  expect(second!.images).toHaveLength(6);
  const ended = second!.images[5]!;
  expect(ended).toMatchObject({
    verdict: 'prune',
    wouldStay: expect.arrayContaining([expect.objectContaining({ text: 'with --keep-tag-revisions=6' })]),
  });
  expect(ended.referrers).toContainEqual(expect.objectContaining({ name: 'cart-migration-5kq2x', holds: false }));
  expect(parse((await why(classic(), 'shop/cart:latest', '-o', 'yaml')).stdout)).toEqual(document);
});

test('the flags are those of prune images', async () => {
  const verdict = async (...flags: string[]): Promise<string> =>
    (JSON.parse((await why(classic(), '-o', 'json', ...flags)).stdout) as WhyDocument).answers[0]!.images[0]!.verdict;
  expect(await verdict('--keep-tag-revisions=0')).toBe('prune');
  expect(await verdict('--keep-tag-revisions=0', '--keep-younger-than=9000h')).toBe('keep');
  const { status, stderr } = await why(classic(), '--keep-tag-revisions=1', '--prune-over-size-limit');
  expect(status).toBe(1);
  expect(stderr).toContain('--prune-over-size-limit cannot be specified with --keep-tag-revisions');
});

test('a stream is shown as a table, in full with -o wide', async () => {
  const table = await why('shop/cart');
  expect(table.stdout).toMatch(/^latest +4 of 6 +sha256:[0-9a-f]{12} +50d +kept +used by deployment shop\/cart/m);
  expect((await why('shop/cart', '-o', 'wide')).stdout.match(/^image sha256:/gm)).toHaveLength(7);
});

test('a namespace is explained beside other arguments', async () => {
  const { status, stdout } = await why('myproject/', 'shop/search', '-o', 'json');
  expect(status).toBe(0);
  const { answers } = JSON.parse(stdout) as WhyDocument;
  expect(answers).toMatchObject([
    { argument: 'myproject/', kind: 'namespace', namespace: 'myproject', imageStreams: ['myapp'] },
    { argument: 'shop/search', kind: 'stream' },
  ]);
  const listed = new Set(tags('myproject', 'myapp').flatMap(({ items }) => items.map(({ image }) => image)));
  expect(new Set(answers[0]!.images.map(({ name }) => name))).toEqual(listed);
});

test.each([
  [['shoop/'], 'namespace shoop has no image streams, or does not exist', 'did you mean shop/?'],
  [['shop/frontnd'], 'image stream shop/frontnd does not exist', 'did you mean shop/frontend?'],
  [['myapp:v2.2'], 'image stream myproject/myapp has no tag v2.2', 'did you mean myproject/myapp:v2?'],
  [['sha256:0000'], 'image sha256:0000 does not exist', 'oc get images'],
  [[], 'specify an image, image stream or tag', 'regadm prune why'],
  [['shop/cart', '--confirm'], 'unknown flag: --confirm', '--help'],
])('%j is refused with a suggestion', async (args, message, suggestion) => {
  const { status, stdout, stderr } = await why(...args);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(`error: ${message}`);
  expect(stderr).toContain(suggestion);
});

test('a custom resource of an unknown kind keeps its image only with --referrers all', async () => {
  const oldest = tags('legacy', 'thumbnails')[0]!.items.at(-1)!.image;
  const narrow = JSON.parse((await why(oldest, '-o', 'json')).stdout) as WhyDocument;
  expect(narrow.answers[0]!.images[0]!.verdict).toBe('prune');
  const all = JSON.parse(
    (await regadm(['prune', 'why', oldest, '--referrers=all', '-o', 'json', '--kubeconfig', sandbox.kubeconfig.admin]))
      .stdout,
  ) as WhyDocument;
  expect(all.answers[0]!.images[0]).toMatchObject({
    verdict: 'keep',
    referrers: [
      {
        kind: 'ScaledJob.keda.sh',
        namespace: 'legacy',
        name: 'thumbnails',
        field: 'spec.jobTargetRef.template.spec.containers[0].image',
        holds: true,
      },
    ],
    wouldGo: [{ text: 'once scaledjob.keda.sh legacy/thumbnails is deleted or changed to use something else' }],
  });
});

test('an image that an index of another project keeps: why and prune images name the image stream of the index', async () => {
  const own = await startSandbox({ sample: true });
  try {
    const pruner = ['--kubeconfig', own.kubeconfig.pruner];
    const planned = await regadm(['prune', 'images', '-o', 'name', ...pruner, '--prune-registry=false']);
    const victim = planned.stdout.split('\n')[0]!.replace('image.image.openshift.io/', '');
    const index = digest('an index that names images of others');
    const { metadata, ...image } = anImage(index).withChildren([victim]).object;
    own.store.put('images', { ...image, metadata: { ...metadata, uid: undefined } });
    const stream = anImageStream('evil/app').withTag('latest', [index]).object;
    own.store.put('imagestreams', { ...stream, metadata: { ...stream.metadata, uid: undefined } });
    const reason = `image index ${index} names it, which is kept: listed by evil/app:latest at position 0 of 1`;
    const answer = await regadm(['prune', 'why', victim, ...pruner]);
    expect(answer.stdout).toContain(`It is kept: ${reason}.`);
    const kept = await regadm(['prune', 'images', '-v', '4', '-o', 'name', ...pruner, '--prune-registry=false']);
    expect(kept.stderr).toContain(`keeping image ${victim}: ${reason}\n`);
  } finally {
    await own.stop();
  }
});

test('on a narrow terminal the table of a stream names every object in full', async () => {
  const { stdout } = await regadm(['prune', 'why', 'shop/cart', '--kubeconfig', sandbox.kubeconfig.pruner], {
    env: { COLUMNS: '80' },
  });
  const [table = ''] = stdout.split('\nFor details');
  expect(table).not.toContain('…');
  expect(table).toContain('used by deployment shop/cart (container main)');
});

test('nothing is changed', () => {
  expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});
