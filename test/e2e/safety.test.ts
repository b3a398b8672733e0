import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { type CliResult } from '../support/cli.js';
import { regadm } from '../support/regadm.js';
import { missingPartsOf, missingParts, stateOf, falseClaims, type PruneDocument } from '../support/cluster-checks.js';
import { aRunningPod, HOST, inProcess, letRunNotice, pruneInProcess } from '../support/prune-scene.js';

const OLD = '2025-01-01T00:00:00Z';
/** Keeps nothing because of its position, so that only uses keep images. */
const KEEP_NOTHING = ['prune', 'images', '--keep-tag-revisions=0', '-o', 'json'];

let sandbox: Sandbox;
/** Images by their use. */
let used: Record<string, string>;
let unused: string;
let index: string;
let siblings: string[];

beforeEach(async () => {
  sandbox = await startSandbox({ cluster: {} });
  for (const key of ['legacy/app', 'legacy/other', 'multi/tool']) {
    const [namespace, name] = key.split('/');
    sandbox.store.put('imagestreams', {
      metadata: { namespace, name, creationTimestamp: OLD },
      status: { dockerImageRepository: `${HOST}/${key}` },
    });
  }
  used = {};
  unused = push('nobody', 'latest');
  addUses();
});
afterEach(() => sandbox.stop());

function push(what: string, tag: string | undefined, more: object = {}): string {
  return sandbox.registry.push('legacy/app', tag, {
    layers: ['base', `layer of ${what}`],
    config: { author: what },
    created: OLD,
    ...more,
  }).digest;
}

/** Pushes a revision of legacy/app:latest that only this use keeps. */
function image(what: string): string {
  return (used[what] = push(what, 'latest'));
}

const ref = (digest: string): string => `${HOST}/legacy/app@${digest}`;
const put = (resource: string, name: string, rest: object): void =>
  void sandbox.store.put(resource, { metadata: { namespace: 'legacy', name, creationTimestamp: OLD }, ...rest });

function running(name: string, statuses: string, imageID: string): void {
  const spec = { containers: [{ name: 'main', image: 'quay.io/elsewhere/tool:moving' }] };
  put('pods', name, { spec, status: { phase: 'Running', [statuses]: [{ name: 'main', imageID }] } });
}

/** Adds every kind of use that `oc adm prune images` does not see. */
function addUses(): void {
  running('statuses', 'containerStatuses', `docker-pullable://${ref(image('running container'))}`);
  running('init-statuses', 'initContainerStatuses', ref(image('running init container')));
  running('debug-statuses', 'ephemeralContainerStatuses', image('running ephemeral container'));
  const container = { name: 'main', image: 'quay.io/elsewhere/tool:1' };
  put('pods', 'debugged', {
    spec: {
      containers: [container],
      ephemeralContainers: [{ name: 'debugger', image: ref(image('ephemeral container debugger')) }],
    },
    status: { phase: 'Running' },
  });
  const volume = (digest: string): object => ({
    containers: [container],
    volumes: [{ name: 'models', image: { reference: ref(digest) } }],
  });
  put('pods', 'volume', { spec: volume(image('volume models')), status: { phase: 'Running' } });
  put('deployments', 'template', { spec: { template: { spec: volume(image('deployment legacy/template')) } } });
  put('builds', 'sources', {
    spec: { source: { images: [{ from: { kind: 'ImageStreamImage', name: `app@${image('source image 0')}` } }] } },
    status: { phase: 'Complete' },
  });
  used['build legacy/output'] = push('output', 'out');
  put('builds', 'output', {
    spec: { output: { to: { kind: 'ImageStreamTag', name: 'app:out' } } },
    status: { phase: 'Running' },
  });
  used['trigger 0'] = push('trigger', 'trigger');
  put('buildconfigs', 'triggered', {
    spec: {
      triggers: [{ type: 'ImageChange', imageChange: { from: { kind: 'ImageStreamTag', name: 'app:trigger' } } }],
    },
  });
  siblings = ['amd64', 'arm64'].map(
    (one) =>
      sandbox.registry.push('multi/tool', undefined, { layers: [one], config: { architecture: one }, created: OLD })
        .digest,
  );
  index = sandbox.registry.push('multi/tool', 'v1', { manifests: siblings, created: OLD }).digest;
  sandbox.store.put('pods', aRunningPod('legacy/of-a-child', `${HOST}/multi/tool@${siblings[0]}`));
  used['pod legacy/unlisted'] = push('unlisted', undefined);
  sandbox.store.put('pods', aRunningPod('legacy/unlisted', ref(used['pod legacy/unlisted'])));
  sandbox.store.put('pods', aRunningPod('legacy/elsewhere', `${HOST}/legacy/other@${image('pod legacy/elsewhere')}`));
  sandbox.store.put(
    'pods',
    aRunningPod('legacy/lost-node', ref(image('pod legacy/lost-node')), { status: { phase: 'Unknown' } }),
  );
}

function run(args: string[], kubeconfig = sandbox.kubeconfig.admin): Promise<CliResult> {
  return regadm([...args, '--registry-url', sandbox.registryUrl], { kubeconfig });
}

const documentOf = ({ stdout }: CliResult): PruneDocument => JSON.parse(stdout) as PruneDocument;
const deleted = (document: PruneDocument): string[] => document.images.map(({ name }) => name);

test('oc would delete all of these images', async () => {
  const document = documentOf(await run([...KEEP_NOTHING, '--referrers=oc']));
  // `oc` reads these pods, but does not notice that they use an index or an image that their stream does not list.
  expect(deleted(document)).toEqual([...new Set([...Object.values(used), unused, index, ...siblings])].sort());
});

test.each(['admin', 'pruner'] as const)('all of them are kept, and -v 4 prints why (%s)', async (user) => {
  const before = stateOf(sandbox);
  const result = await run([...KEEP_NOTHING, '--confirm', '-v', '4'], sandbox.kubeconfig[user]);
  expect(result.status).toBe(0);
  const document = documentOf(result);
  expect(deleted(document)).toEqual([unused]);
  expect(falseClaims(document, before, sandbox)).toEqual([]);
  expect(missingParts(sandbox)).toEqual([]);
  for (const [what, digest] of Object.entries(used)) {
    expect(missingPartsOf(sandbox, digest)).toEqual([]);
    const reasons = result.stderr.split('\n').filter((line) => line.startsWith('keeping') && line.includes(digest));
    expect(reasons.join('\n')).toContain(what);
  }
  for (const digest of [index, ...siblings]) expect(missingPartsOf(sandbox, digest)).toEqual([]);
  expect(result.stderr).toContain(`keeping image ${index}: listed by multi/tool:v1`);
  expect(sandbox.store.get('images', unused)).toBeUndefined();
});

test('with --namespace, uses in other namespaces count, and invalid references there are warnings', async () => {
  sandbox.store.put('pods', aRunningPod('broken/pod', `${HOST}/Legacy/App:latest`));
  const elsewhere = image('pod another/web');
  sandbox.store.put('pods', aRunningPod('another/web', ref(elsewhere)));
  const result = await run([...KEEP_NOTHING, '--confirm', '-n', 'legacy', '-v', '4']);
  expect(result.status).toBe(0);
  expect(result.stderr).toContain('warning: pod/pod namespace=broken');
  const { items } = documentOf(result).imageStreams[0]!;
  expect(items.map((item) => item.image)).toEqual([unused]);
  expect(missingPartsOf(sandbox, elsewhere)).toEqual([]);
});

describe('signatures, attestations and SBOMs', () => {
  const attachments = (digest: string): string[] =>
    ['sig', 'att', 'sbom']
      .map((kind) => push(`${kind} of ${digest}`, `${digest.replace(':', '-')}.${kind}`))
      .concat(push(`subject ${digest}`, undefined, { subject: digest }));

  test('are kept while their image is kept', async () => {
    const kept = attachments(used['source image 0']!);
    const result = await run([...KEEP_NOTHING, '--confirm', '-v', '4']);
    expect(result.status).toBe(0);
    for (const digest of kept) {
      expect(missingPartsOf(sandbox, digest)).toEqual([]);
      expect(result.stderr).toContain(`keeping image ${digest}`);
    }
    expect(result.stderr).toContain(`it belongs to image ${used['source image 0']}, which is kept`);
  });

  test('a user who cannot pull gets a message that manifests cannot be read', async () => {
    attachments(used['source image 0']!);
    const result = await run([...KEEP_NOTHING, '-v', '4'], sandbox.kubeconfig.pruner);
    expect(result.status).toBe(0);
    const warning = expect.stringMatching(
      /^manifests cannot be read; signatures, .* are not kept with it: .* \(2 manifests, in legacy\/app\); grant the user a role that allows pulling: .* registry-viewer .* system:image-puller /,
    ) as string;
    expect(documentOf(result).warnings).toEqual([
      expect.stringMatching(/podtemplates, .* cannot be listed; grant it/),
      warning,
    ]);
    expect(result.stderr).toContain('warning: manifests cannot be read; signatures, ');
  });

  test('are the reason for a warning if the registry knows none of the manifests', async () => {
    for (const name of ['one', 'two', 'three']) push(name, name, { subject: used['source image 0']! });
    sandbox.onRequest(({ server, method, path }) =>
      server === 'registry' && method === 'GET' && path.includes('/manifests/')
        ? {
            do: 'respond',
            status: 404,
            body: JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'unknown' }] }),
          }
        : undefined,
    );
    const result = await run(KEEP_NOTHING);
    expect(result.status).toBe(0);
    expect(documentOf(result).warnings).toEqual([
      expect.stringMatching(/^the registry has none of the \d manifests that were requested .*\(--registry-url\)$/),
    ]);
    expect(result.stderr).toContain('warning: the registry has none of the ');
  });

  describe.each<[string, string[]]>([
    ['in all namespaces', []],
    ['with --namespace', ['-n', 'legacy']],
    ['with --prune-registry=false', ['--prune-registry=false']],
  ])('that only a manifest attaches to an image, %s,', (_, flags) => {
    const removed = (document: PruneDocument): string[] =>
      document.imageStreams.flatMap(({ items }) => items.map((item) => item.image));

    test('keep their tag items while the image stays', async () => {
      const subject = used['source image 0']!;
      const artifact = push('artifact', 'artifact', { subject });
      const ofArtifact = push('signature of artifact', 'signature', { subject: artifact });
      const loose = push('loose artifact', 'loose', { subject: `sha256:${'0'.repeat(64)}` });
      const result = await run([...KEEP_NOTHING, '--confirm', ...flags]);
      expect(result.status).toBe(0);
      expect(removed(documentOf(result)).sort()).toEqual([unused, loose].sort());
      for (const kept of [artifact, ofArtifact]) expect(missingPartsOf(sandbox, kept)).toEqual([]);
    });

    test('have the same verdict in prune why', async () => {
      const subject = used['source image 0']!;
      const artifact = push('artifact', 'artifact', { subject });
      const ofArtifact = push('signature of artifact', 'signature', { subject: artifact });
      const loose = push('loose artifact', 'loose', { subject: `sha256:${'0'.repeat(64)}` });
      const asked = ['artifact', 'signature', 'loose'].map((tag) => `legacy/app:${tag}`);
      const scope = flags.filter((flag) => !flag.startsWith('--prune-registry'));
      const why = await run(['prune', 'why', ...asked, '--keep-tag-revisions=0', '-o', 'json', ...scope]);
      expect([why.status, why.stderr]).toEqual([0, '']);
      const { answers } = JSON.parse(why.stdout) as {
        answers: { images: { name: string; places: { verdict: string; text: string }[] }[] }[];
      };
      const verdicts = answers.flatMap(({ images }) => images.map(({ name, places }) => [name, places[0]!.verdict]));
      expect(verdicts).toEqual([
        [artifact, 'keep'],
        [ofArtifact, 'keep'],
        [loose, 'remove'],
      ]);
    });

    test('keep the tag item in one image stream even if another one lists them, too', async () => {
      const artifact = push('artifact', 'artifact', { subject: used['source image 0'] });
      sandbox.registry.push('legacy/other', 'copy', {
        layers: ['base', 'layer of artifact'],
        config: { author: 'artifact' },
        created: OLD,
        subject: used['source image 0'],
      });
      sandbox.store.put('pods', aRunningPod('legacy/copy', `${HOST}/legacy/other:copy`));
      const result = await run([...KEEP_NOTHING, ...flags]);
      expect(removed(documentOf(result))).toEqual([unused]);
      expect(artifact).toMatch(/^sha256:/);
    });

    test('are reported if the user cannot pull', async () => {
      push('artifact', 'artifact', { subject: used['source image 0'] });
      const result = await run([...KEEP_NOTHING, ...flags], sandbox.kubeconfig.pruner);
      expect(documentOf(result).warnings).toEqual([
        expect.stringMatching(/podtemplates, .* cannot be listed; grant it/),
        expect.stringContaining('manifests cannot be read'),
      ]);
    });
  });

  test.each<[status: number, body: string]>([
    [200, '{}'],
    [200, '[]'],
    [200, '{"schemaVersion":2}'],
    [404, '<html>not found</html>'],
    [404, ''],
    [500, '{"errors":[{"code":"UNKNOWN"}]}'],
  ])('are kept, and are a failure, if the registry answers %i %s', async (status, body) => {
    const artifact = push('artifact', 'artifact', { subject: used['source image 0'] });
    sandbox.onRequest(({ method, path }) =>
      method === 'GET' && path.includes(`/manifests/${artifact}`) ? { do: 'respond', status, body } : undefined,
    );
    const dryRun = await run(KEEP_NOTHING);
    const document = documentOf(dryRun);
    expect(dryRun.status).toBe(3);
    expect(document.failures).toEqual([
      expect.objectContaining({ target: `manifest of image ${artifact}`, suggestions: [expect.any(String)] }),
    ]);
    expect(document.warnings).toContainEqual(expect.stringContaining(`manifest of image ${artifact}`));
    expect((await run([...KEEP_NOTHING, '--confirm'])).status).toBe(3);
    expect(missingPartsOf(sandbox, artifact)).toEqual([]);
    const why = await run(['prune', 'why', 'legacy/app:artifact', '--keep-tag-revisions=0']);
    expect(why.stdout).toContain('its manifest cannot be read');
  });

  test.each([[[]], [['--confirm']]])(
    'with --prune-registry=false, are kept if the registry cannot be reached %j',
    async (confirm) => {
      const artifact = push('artifact', 'artifact', { subject: used['source image 0'] });
      const args = [...confirm, '--prune-registry=false', '--registry-url', 'https://127.0.0.1:9'];
      const result = await regadm([...KEEP_NOTHING, ...args], { kubeconfig: sandbox.kubeconfig.admin });
      expect(result.status).toBe(3);
      const { failures, warnings, imageStreams } = documentOf(result);
      expect(imageStreams).toEqual([]);
      expect(failures).toEqual([
        {
          target: expect.stringMatching(/^manifests of 2 images \(first: image sha256:/) as string,
          message: expect.stringMatching(
            /^the registry is not available: .*127\.0\.0\.1:9.* are kept, because/,
          ) as string,
          suggestions: [expect.stringMatching(/^expose the registry .* and pass --registry-url$/)],
        },
      ]);
      expect(warnings).toEqual([expect.stringMatching(/^manifests of 2 images .*; expose the registry /)]);
      expect(missingPartsOf(sandbox, artifact)).toEqual([]);
    },
  );

  test('with --prune-registry=false, the registry is asked only if a manifest can change the plan', async () => {
    const result = await run([...KEEP_NOTHING, '--keep-tag-revisions=100', '--prune-registry=false', '--confirm']);
    expect(result.status).toBe(0);
    expect(sandbox.requests.filter(({ server }) => server === 'registry')).toEqual([]);
  });

  describe('in an index of the OCI referrers tag schema', () => {
    /** Attaches an artifact to an image as clients do if the registry has no referrers API. */
    const attach = (subject: string): string[] => {
      const artifact = push(`artifact of ${subject}`, undefined, { subject });
      const tag = subject.replace(':', '-');
      return [artifact, sandbox.registry.push('legacy/app', tag, { manifests: [artifact], created: OLD }).digest];
    };

    test.each(['admin', 'pruner'] as const)('are kept with their image, as is the index (%s)', async (user) => {
      const kept = attach(used['source image 0']!);
      const result = await run([...KEEP_NOTHING, '--confirm'], sandbox.kubeconfig[user]);
      expect(result.status).toBe(0);
      expect(deleted(documentOf(result))).toEqual([unused]);
      for (const digest of kept) expect(missingPartsOf(sandbox, digest)).toEqual([]);
    });

    test('are deleted with their image only with --prune-signatures', async () => {
      const [gone, kept] = [attach(unused), attach(used['source image 0']!)];
      const keep = ['prune', 'images', '--keep-tag-revisions=1', '-o', 'json', '--confirm'];
      expect(deleted(documentOf(await run(keep)))).not.toEqual(expect.arrayContaining(gone));
      const result = await run([...keep, '--prune-signatures']);
      expect(result.status).toBe(0);
      expect(gone.map((digest) => sandbox.store.get('images', digest))).toEqual([undefined, undefined]);
      for (const digest of kept) expect(missingPartsOf(sandbox, digest)).toEqual([]);
      expect(missingParts(sandbox)).toEqual([]);
    });
  });

  test('are deleted with their image only with --prune-signatures', async () => {
    const gone = attachments(unused);
    const kept = attachments(used['source image 0']!);
    const keep = (more: string[]): Promise<CliResult> =>
      run(['prune', 'images', '--keep-tag-revisions=1', '-o', 'json', ...more]);
    // Without the flag, their position keeps them.
    expect(deleted(documentOf(await keep([])))).not.toEqual(expect.arrayContaining(gone.slice(0, 3)));
    const result = await keep(['--prune-signatures', '--confirm']);
    expect(result.status).toBe(0);
    expect(deleted(documentOf(result))).toEqual(expect.arrayContaining([...gone, unused]));
    for (const digest of kept) expect(missingPartsOf(sandbox, digest)).toEqual([]);
    expect(missingParts(sandbox)).toEqual([]);
  });

  test('are kept if a pod starts to use their image at the last moment', async () => {
    const [signature = ''] = attachments(unused);
    const scene = inProcess(sandbox);
    let late = false;
    sandbox.onRequest(async ({ method, path }) => {
      if (late || method !== 'GET' || !path.endsWith('/imagestreams/app')) return;
      late = true;
      sandbox.store.put('pods', aRunningPod('late/pod', ref(unused)));
      await letRunNotice(scene);
    });
    const options = { keepTagRevisions: 1, pruneSignatures: true };
    const { document } = await pruneInProcess(scene, { options });
    expect(late).toBe(true);
    expect(document.failures).toEqual([]);
    expect(missingPartsOf(sandbox, unused)).toEqual([]);
    expect(missingPartsOf(sandbox, signature)).toEqual([]);
  });
});
