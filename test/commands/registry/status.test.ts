import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.js';
import { regadm, type Outcome } from '../../support/regadm.js';
import { findProgram, requires } from '../../support/jest/requires.js';

interface StatusDocument {
  registry: Record<string, unknown>;
  space?: {
    images: number;
    bytes: number;
    namespaces: { namespace: string; bytes: number; unique: number; shared: number }[];
    streams: unknown[];
  };
  freeable?: {
    policy?: { file: string; rules: number; imageStreamTags: number; tagItems: number; images: number; bytes: number };
    cells: { keepTagRevisions: number; keepYoungerThan: string; images: number; tagItems: number; bytes: number }[];
  };
  unavailable: { what: string; message: string }[];
}

let sandbox: Sandbox;
let dir: string;
beforeAll(async () => {
  sandbox = await startSandbox({ sample: true });
  dir = mkdtempSync(join(tmpdir(), 'regadm-status-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(dir, { recursive: true });
});

const as = (kubeconfig: string, ...args: string[]): Promise<Outcome> =>
  regadm(['registry', 'status', ...args, '--kubeconfig', kubeconfig]);
const status = (...args: string[]): Promise<Outcome> => as(sandbox.kubeconfig.admin, ...args);
const documentOf = ({ stdout }: Outcome): StatusDocument => JSON.parse(stdout) as StatusDocument;

test('the registry, as its operator and its deployment show it', async () => {
  const { registry, unavailable } = documentOf(await status('-o', 'json'));
  expect(registry).toMatchObject({
    managementState: 'Managed',
    readOnly: false,
    replicas: { wanted: 1, ready: 1 },
    rolloutStrategy: 'Recreate',
    storage: { kind: 'pvc', place: 'image-registry-storage', capacity: 100 * 2 ** 30, phase: 'Bound' },
    deleteEnabled: true,
    cache: 'inmemory',
    pods: [{ ready: true, readOnly: false }],
  });
  expect(registry.conditions).toContainEqual(expect.objectContaining({ type: 'Available', status: 'True' }));
  expect(unavailable).toEqual([]);
});

test('--policy shows what a prune with the policy would free', async () => {
  const policy = join(dir, 'policy.yaml');
  const rules =
    'rules: [{ name: releases, match: { tags: [v*] }, keep: always }, { name: none, match: { tags: [no] } }]';
  writeFileSync(policy, `apiVersion: regadm/v1\nkind: RetentionPolicy\n${rules}\ndefaults: { keepTagRevisions: 1 }\n`);
  const { stdout, stderr } = await status('--policy', policy, '-o', 'json');
  expect(stderr).toContain('warning: rule "none" of the policy matches no tag\n');
  const found = documentOf({ stdout } as Outcome).freeable!.policy!;
  const kubeconfig = sandbox.kubeconfig.admin;
  const dryRun = ['prune', 'images', '--policy', policy, '--prune-registry=false', '--preflight=skip', '-o', 'json'];
  const { summary } = JSON.parse((await regadm(dryRun, { kubeconfig })).stdout) as {
    summary: { images: number; imageStreamTagItems: number };
  };
  const { images, imageStreamTagItems: tagItems } = summary;
  expect(found).toMatchObject({ file: policy, rules: 2, imageStreamTags: 0, images, tagItems });
  expect(found.bytes).toBeGreaterThan(0);
  const page = join(dir, 'policy.html');
  const table = (await status('--policy', policy, '--report', page)).stdout.replaceAll(/\s+/g, ' ');
  expect(table).toContain(`With the policy ${policy} (2 rules): `);
  expect(readFileSync(page, 'utf8')).toContain(`would be freed by a prune with the policy ${policy}`);
  const missing = await status('--policy', join(dir, 'none.yaml'));
  expect(missing).toMatchObject({ status: 1, stderr: expect.stringMatching(/^error: cannot read --policy /) });
});

test('bytes add up, and every cell equals a dry run with its settings', async () => {
  const { space, freeable } = documentOf(await status('-o', 'json', '--revisions', '3,0', '--ages', '96h,60m'));
  expect(freeable!.cells.map(({ keepTagRevisions, keepYoungerThan }) => [keepTagRevisions, keepYoungerThan])).toEqual([
    [0, '60m'],
    [3, '60m'],
    [0, '96h'],
    [3, '96h'],
  ]);
  for (const { keepTagRevisions, keepYoungerThan, images, tagItems } of freeable!.cells) {
    const { stdout } = await regadm([
      'prune',
      'images',
      `--keep-tag-revisions=${keepTagRevisions}`,
      `--keep-younger-than=${keepYoungerThan}`,
      '-o',
      'json',
      '--kubeconfig',
      sandbox.kubeconfig.admin,
      '--prune-registry=false',
      '--preflight=skip',
    ]);
    expect((JSON.parse(stdout) as { summary: object }).summary).toMatchObject({
      images,
      imageStreamTagItems: tagItems,
    });
  }
  for (const { bytes, unique, shared } of space!.namespaces) expect(unique + shared).toBe(bytes);
  expect(space!.images).toBe(sandbox.store.list('images').length);
  expect(space!.streams).toHaveLength(sandbox.store.list('imagestreams').length);
});

test('YAML equals JSON, and the table has every part', async () => {
  const [json, yaml, table] = await Promise.all([status('-o', 'json'), status('-o', 'yaml'), status()]);
  expect({ ...(parse(yaml.stdout) as object), time: '' }).toEqual({ ...documentOf(json), time: '' });
  for (const part of [
    'storage         pvc (image-registry-storage, 100 GiB, Bound)',
    'CONDITION',
    'By namespace',
    'By image stream',
    'By age',
    'What prune images would free',
  ]) {
    expect(table.stdout).toContain(part);
  }
  expect(table.stderr).toMatch(/^warning: registry status reads no manifests: 52 images in the grid .*\n$/);
});

test('the pruner sees everything except what its role hides, and the output names that', async () => {
  const { status: exit, stdout, stderr } = await as(sandbox.kubeconfig.pruner, '-o', 'json');
  expect(exit).toBe(0);
  const { unavailable, space, freeable, registry } = JSON.parse(stdout) as StatusDocument;
  expect(unavailable.map(({ what }) => what)).toEqual(expect.arrayContaining(["the operator's config", 'the routes']));
  expect(registry.deleteEnabled).toBe(true);
  expect(space!.images).toBeGreaterThan(0);
  expect(freeable!.cells.length).toBeGreaterThan(0);
  expect(stderr).toContain("warning: the operator's config: not shown");
});

test('without permission to list what uses images, the space is shown, but not what a prune would free', async () => {
  const { kubeconfig } = sandbox.addUser('viewer', [
    { apiGroups: ['image.openshift.io'], resources: ['images', 'imagestreams'], verbs: ['get', 'list'] },
  ]);
  const { status: exit, stdout } = await as(kubeconfig, '-o', 'json');
  expect(exit).toBe(0);
  const { unavailable, space, freeable } = JSON.parse(stdout) as StatusDocument;
  expect(space!.bytes).toBeGreaterThan(0);
  expect(freeable).toBeUndefined();
  expect(unavailable.map(({ what }) => what)).toContain('what a prune would free');
});

test('invalid references and trigger annotations that cannot be read are named', async () => {
  const put = (name: string, image: string, annotations: Record<string, string> = {}): void => {
    const template = { spec: { containers: [{ name: 'main', image }] } };
    sandbox.store.put('deployments', { metadata: { namespace: 'odd', name, annotations }, spec: { template } });
  };
  put('broken', 'quay.io/a/b:1', { 'image.openshift.io/triggers': '[{"from":\u001b' });
  put('invalid', 'registry.example.org/Shop/App:1');
  const { status: exit, stderr } = await status();
  for (const name of ['broken', 'invalid']) sandbox.store.remove('deployments', 'odd', name);
  expect(exit).toBe(0);
  expect(stderr).toContain(
    'warning: deployment odd/broken: annotation image.openshift.io/triggers: "[{"from":\\x1b": it',
  );
  expect(stderr).toContain(
    'warning: deployment odd/invalid: container main: "registry.example.org/Shop/App:1": invalid',
  );
  expect(stderr).toContain('warning: for these references prune images would stop');
});

test('a user who can read nothing gets an error with a suggestion', async () => {
  const { status: exit, stdout, stderr } = await as(sandbox.kubeconfig.nobody);
  expect([exit, stdout]).toEqual([1, '']);
  expect(stderr).toContain('error: cannot list');
  expect(stderr).toContain('system:image-pruner');
});

test.each([
  [['--revisions', '1,x'], 'invalid argument "x" for "--revisions"'],
  [['--revisions', '-1'], '--revisions'],
  [['--ages', '5y'], 'invalid argument "5y" for "--ages"'],
  [['--report', '/nonexistent/a.html'], 'cannot write --report /nonexistent/a.html'],
])('%j is rejected', async (args, message) => {
  const { status: exit, stderr } = await status(...args);
  expect(exit).toBe(1);
  expect(stderr).toContain(message);
});

test('nothing is changed, and the registry is not contacted', async () => {
  const before = sandbox.requests.length;
  expect((await status()).status).toBe(0);
  const requests = sandbox.requests.slice(before);
  expect(requests).not.toEqual([]);
  expect(requests.filter(({ method, server }) => method !== 'GET' || server === 'registry')).toEqual([]);
});

describe('--report', () => {
  let file: string;
  beforeAll(async () => {
    file = join(dir, 'status.html');
    sandbox.store.put('imagestreams', {
      metadata: { name: '<img src=x onerror=alert(1)>', namespace: 'shop' },
      status: { tags: [] },
    });
    expect((await status('--report', file)).status).toBe(0);
  });

  test('is one self-contained file, in which no name is read as markup', () => {
    const page = readFileSync(file, 'utf8');
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object)\b|@import|url\(|\s(?:src|href)=/i);
    expect(page).toContain("default-src 'none'");
  });

  /** Lets the page measure itself in a real browser. */
  async function measure(width: number, ...flags: string[]): Promise<Measured> {
    const probed = join(dir, `probed-${width}.html`);
    const page = readFileSync(file, 'utf8').replace(/<meta http-equiv[^>]*>/, '');
    writeFileSync(probed, page.replace('</body>', `<script>${PROBE}</script></body>`));
    const profile = mkdtempSync(join(dir, 'profile-'));
    const { stdout } = await promisify(execFile)(
      findProgram('chromium')!,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--user-data-dir=${profile}`,
        `--window-size=${width},1000`,
        ...flags,
        '--dump-dom',
        `file://${probed}`,
      ],
      { maxBuffer: 64 * 2 ** 20 },
    );
    return JSON.parse(/<pre id="probe">([^<]*)<\/pre>/.exec(stdout)![1]!.replaceAll('&quot;', '"')) as Measured;
  }

  requires('chromium').test.each([
    ['light', 1200, []],
    ['dark', 1200, ['--force-dark-mode']],
    ['narrow', 500, []],
  ])(
    'in a real browser (%s): nothing overflows, plots have their sizes, texts are readable',
    async (mode, width, flags) => {
      const measured = await measure(width, ...flags);
      expect(measured.overflow).toBe(false);
      expect(measured.dark).toBe(mode === 'dark');
      expect(measured.columns.filter((height) => height > 0).length).toBeGreaterThan(2);
      expect(measured.bars[0]).toBeCloseTo(1, 1);
      expect(measured.bars.every((part) => part >= 0 && part <= 1.01)).toBe(true);
      expect(measured.cells).toBe(36);
      expect(measured.defaults).toBe(1);
      expect(measured.isCut).toBe(false);
      expect(measured.worstContrast).toBeGreaterThan(3.5);
    },
  );
});

interface Measured {
  overflow: boolean;
  dark: boolean;
  /** Heights of the columns by age, in pixels. */
  columns: number[];
  /** For each bar, the part of its track that it fills. */
  bars: number[];
  cells: number;
  /** Cells with the outline of default settings. */
  defaults: number;
  /** Whether a text is wider than the cell around it, or the grid than the page. */
  isCut: boolean;
  worstContrast: number;
}

/** Runs in the page: measures what was drawn, and the contrast between each cell's text and its background. */
const PROBE = `
const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
const cells = [...document.querySelectorAll('.heat td')];
const ratios = cells.map((cell) => {
  const own = getComputedStyle(cell), over = getComputedStyle(cell, '::before');
  const ground = rgb(own.backgroundColor), tint = rgb(over.backgroundColor), part = Number(over.opacity);
  return contrast(rgb(own.color), ground.map((v, i) => v * (1 - part) + tint[i] * part));
});
const bars = [...document.querySelectorAll('.bar')].map((bar) => [...bar.children].reduce((sum, part) => sum + part.getBoundingClientRect().width, 0) / bar.getBoundingClientRect().width);
const probe = document.createElement('pre');
probe.id = 'probe';
probe.textContent = JSON.stringify({
  overflow: document.documentElement.scrollWidth > window.innerWidth,
  dark: light(rgb(getComputedStyle(document.body).backgroundColor)) < 0.2,
  columns: [...document.querySelectorAll('svg .column')].map((one) => one.getBoundingClientRect().height),
  bars, cells: cells.length, defaults: document.querySelectorAll('td.default').length,
  isCut: [...cells, ...document.querySelectorAll('.scroll')].some((one) => one.scrollWidth > one.clientWidth + 1), worstContrast: Math.min(...ratios),
});
document.body.append(probe);
`;

describe('differences to a dry run of prune images are warnings', () => {
  let other: Sandbox;
  beforeEach(async () => {
    other = await startSandbox({ storage: 'none' });
  });
  afterEach(() => other.stop());

  const warnings = async (): Promise<string[]> => {
    const { stderr } = await as(other.kubeconfig.admin);
    return stderr.split('\n').filter(Boolean);
  };

  const put = (image: Partial<Record<string, unknown>>): void => {
    const name = `sha256:${'a'.repeat(64)}`;
    const metadata = { name, creationTimestamp: '2020-01-01T00:00:00Z' };
    const dockerImageMetadata = { Id: `sha256:${'b'.repeat(64)}`, Size: 10 };
    const dockerImageLayers = [{ name: `sha256:${'c'.repeat(64)}`, size: 10 }];
    other.store.put('images', { metadata, dockerImageMetadata, dockerImageLayers, ...image });
  };

  test('attachments that only manifests show', async () => {
    put({ dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json' });
    expect(await warnings()).toEqual([
      expect.stringMatching(
        /reads no manifests: 1 image in the grid can be attached .* dry run .*: regadm prune images/,
      ),
    ]);
  });

  test('none, if the Image object contains the manifest, or if its kind has no attachments', async () => {
    put({ dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json' });
    expect(await warnings()).toEqual([]);
    const dockerImageManifest = JSON.stringify({ schemaVersion: 2, layers: [] });
    put({ dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json', dockerImageManifest });
    expect(await warnings()).toEqual([]);
  });

  test('Image objects that cannot be read', async () => {
    put({ dockerImageMetadata: { Id: 5 }, dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json' });
    expect(await warnings()).toContainEqual(
      expect.stringMatching(/the grid counts no images: 1 Image object cannot be read, .*: regadm prune images/),
    );
  });

  test('revisions that the user may not list', async () => {
    const template = { spec: { containers: [{ name: 'agent', image: 'quay.io/shop/agent:1' }] } };
    other.store.put('daemonsets', { metadata: { name: 'agent', namespace: 'shop' }, spec: { template } });
    const { kubeconfig } = other.addUser('lister', [
      {
        apiGroups: ['', 'batch', 'image.openshift.io', 'apps.openshift.io', 'build.openshift.io'],
        resources: ['*'],
        verbs: ['*'],
      },
      { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: ['*'] },
    ]);
    const { stderr } = await as(kubeconfig);
    expect(stderr).toMatch(
      /warning: images that only objects of these kinds use .* controllerrevisions\.apps, .* cannot be listed/,
    );
  });
});

test('a registry that is removed has no mode, no replicas and no routes', async () => {
  const other = await startSandbox({ sample: true, storage: 'none', operator: true, managementState: 'Removed' });
  const routes = other.store.list('routes').map(({ metadata }) => metadata.name);
  for (const name of routes) other.store.remove('routes', 'openshift-image-registry', name);
  const [json, table] = [await as(other.kubeconfig.admin, '-o', 'json'), await as(other.kubeconfig.admin)];
  await other.stop();
  const { registry, unavailable } = documentOf(json);
  expect(registry).toMatchObject({ managementState: 'Removed' });
  for (const key of ['readOnly', 'replicas', 'rolloutStrategy', 'routes']) expect(registry).not.toHaveProperty(key);
  expect(unavailable).toContainEqual({
    what: 'the deployment',
    message: 'there is none: deployment openshift-image-registry/image-registry does not exist, so no registry runs',
  });
  expect(table.stdout).toMatch(/operator +Removed: it runs no registry/);
});

test('a cluster without the configuration of the operator has none, and that is reported', async () => {
  const other = await startSandbox({ sample: true, storage: 'none', operator: false });
  const { stdout } = await as(other.kubeconfig.admin, '-o', 'json');
  await other.stop();
  expect(documentOf({ stdout } as Outcome).unavailable).toContainEqual({
    what: "the operator's config",
    message: expect.stringMatching(
      /^there is none: configs\.imageregistry\.operator\.openshift\.io\/cluster does not exist/,
    ),
  });
});
