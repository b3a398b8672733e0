import { describeReason } from '../../../src/core/graph/reason.js';
import type { PruneOptions } from '../../../src/core/graph/options.js';
import { planImagePrune } from '../../../src/core/prune/plan/plan.js';
import {
  anImageStream,
  anOrdinaryImage,
  aPod,
  aSnapshot,
  digest,
  NOW,
  pruneOptions,
  type Built,
} from '../../support/builders.js';

const [OLD, NEW] = [digest('old'), digest('new')];

/** Returns why the items of a stream are kept, by `tag position`; undefined for those that are removed. */
function whyKept(
  built: Built[],
  options: Partial<PruneOptions> = {},
  key = 'shop/app',
): Record<string, string | undefined> {
  const snapshot = aSnapshot(anOrdinaryImage('old'), anOrdinaryImage('new'), ...built);
  const { decisions } = planImagePrune({ snapshot, now: NOW }, pruneOptions({ keepTagRevisions: 0, ...options }));
  const index = snapshot.streams.findIndex(({ namespace, name }) => `${namespace}/${name}` === key);
  const verdicts = snapshot.streams[index]!.tags.flatMap(({ name, items }, tag) =>
    items.map((_, position): [string, string | undefined] => {
      const { kept, because } = decisions.item(index, tag, position);
      return [`${name} ${position}`, kept ? describeReason(because) : undefined];
    }),
  );
  return Object.fromEntries(verdicts);
}

/** Returns the invalid references that are reported and do not end the run. */
function reportedIn(built: Built[]): unknown[] {
  const { uses } = planImagePrune({ snapshot: aSnapshot(...built), now: NOW }, pruneOptions());
  return uses.reported.map(({ referrer: { kind, namespace, name }, message }) => ({
    referrer: `${kind} ${namespace}/${name}`,
    message,
  }));
}

const workload = (resource: string, name: string, image: string, more: object = {}): Built => ({
  resource,
  object: {
    metadata: { name, namespace: 'shop', ...more },
    spec: { template: { spec: { containers: [{ name: 'c', image }] } } },
  },
});
const app = (): Built => anImageStream('shop/app').withTag('latest', [NEW, OLD]);
const GONE = { 'latest 0': undefined, 'latest 1': undefined };

describe('names without a host and a namespace', () => {
  test.each(['app', 'app:latest'])('%s means the stream in the namespace of the object', (image) => {
    const built = [app(), workload('deployments', 'web', image)];
    const reason = "the tag's newest item, and the tag is used by deployment shop/web (container c)";
    expect(whyKept(built)).toEqual({ 'latest 0': reason, 'latest 1': undefined });
    expect(whyKept(built, { referrers: 'oc' })).toEqual(GONE);
  });

  test('a digest means that image of the stream', () => {
    expect(whyKept([app(), workload('statefulsets', 'web', `app@${OLD}`)])['latest 1']).toBe(
      'used by statefulset shop/web (container c)',
    );
  });

  test.each(['other', 'app:v1', 'library/app', 'shop/app', 'quay.io/app'])('%s does not mean the tag', (image) => {
    expect(whyKept([app(), workload('deployments', 'web', image)])).toEqual(GONE);
  });

  test('the same name in another namespace means another stream', () => {
    expect(whyKept([app(), aPod('other/web').running('app')])).toEqual(GONE);
  });
});

describe('abbreviated digests of image stream images', () => {
  const build = (name: string): Built => ({
    resource: 'buildconfigs',
    object: {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { strategy: { dockerStrategy: { from: { kind: 'ImageStreamImage', name } } } },
    },
  });

  test.each([OLD.slice(0, 19), OLD.slice(7, 19), OLD.slice(7), OLD])(
    'app@%s means the image of the stream',
    (start) => {
      const built = [app(), build(`app@${start}`)];
      expect(whyKept(built)['latest 1']).toBe('used by buildconfig shop/web');
      expect(whyKept(built, { referrers: 'oc' })['latest 1']).toBe(
        start === OLD ? 'used by buildconfig shop/web' : undefined,
      );
    },
  );

  test('one that several images match keeps all of them', () => {
    const kept = whyKept([app(), build('app@sha256:')]);
    expect([kept['latest 0'], kept['latest 1']]).toEqual([
      'used by buildconfig shop/web',
      'used by buildconfig shop/web',
    ]);
  });

  test('one that no image of this stream matches keeps nothing', () => {
    expect(whyKept([app(), build('app@0123456789')])).toEqual(GONE);
    expect(whyKept([app(), build(`other@${OLD.slice(0, 19)}`)])).toEqual(GONE);
  });
});

describe('image change triggers', () => {
  const annotated = (triggers: unknown): Built =>
    workload('deployments', 'web', 'quay.io/some/thing:1', {
      annotations: {
        'image.openshift.io/triggers': typeof triggers === 'string' ? triggers : JSON.stringify(triggers),
      },
    });
  const from = (name: unknown, namespace?: string) => ({ from: { kind: 'ImageStreamTag', name, namespace } });

  test.each([[[from('app:latest')]], [[from('app')]], [[{}, null, from('app:latest', 'shop')]]])(
    'the annotation %j uses the tag',
    (triggers) => {
      expect(whyKept([app(), annotated(triggers)])['latest 0']).toMatch(
        /used by deployment shop\/web \(annotated trigger/,
      );
    },
  );

  test.each(['', 'no JSON', '{}', 'null', [[]], [from(1)], [from('a:b:c')], [from('app:latest', 'other')]])(
    'the annotation %j uses nothing here, and does not end the run',
    (triggers) => {
      expect(whyKept([app(), annotated(triggers)])).toEqual(GONE);
    },
  );

  test.each([
    ['[{"from":{"kind":"ImageStreamTag","name":"app:la', 'it is not JSON'],
    ['{"from":{"kind":"ImageStreamTag","name":"app:latest"}}', 'it is not a list'],
    ['[{"From":{"kind":"ImageStreamTag","name":"app:latest"}}]', 'trigger 0 does not name an ImageStreamTag'],
    ['[{"from":{"kind":"ImageStreamTag","name":"app:a:b"}}]', 'trigger 0 does not name an ImageStreamTag'],
    ['r.example/shop/app', 'it is not JSON'],
  ])('the annotation %s is reported, and keeps what it may mean', (text, problem) => {
    const built = [app(), annotated(text)];
    expect(whyKept(built)['latest 0']).toMatch(
      /used by deployment shop\/web \(annotation image.openshift.io\/triggers/,
    );
    expect(reportedIn(built)).toEqual([{ referrer: 'Deployment shop/web', message: expect.stringContaining(problem) }]);
    expect(whyKept(built, { referrers: 'oc' })).toEqual(GONE);
  });

  test('an annotation that cannot be read also keeps digests, and streams of a namespace that it names', () => {
    const text = `{"from":{"name":"tool:1","namespace":"other"},"lastTriggeredImage":"${OLD}"`;
    const built = [app(), anImageStream('other/tool').withTag('1', [NEW]), annotated(text)];
    expect(whyKept(built)['latest 1']).toMatch(/digest is used by deployment shop\/web/);
    expect(whyKept(built, {}, 'other/tool')['1 0']).toMatch(/used by deployment shop\/web/);
  });

  test('a long annotation that cannot be read may mean every stream of the namespace', () => {
    expect(whyKept([app(), annotated('x'.repeat(100_000))])['latest 0']).toMatch(/used by deployment shop\/web/);
  });

  test('the annotation of a pod uses the tag', () => {
    const pod = aPod('shop/web').running('quay.io/some/thing:1');
    pod.object.metadata.annotations = { 'image.openshift.io/triggers': JSON.stringify([from('app:latest')]) };
    expect(whyKept([app(), pod])['latest 0']).toMatch(/used by pod shop\/web \(annotated trigger 0\)/);
  });

  test('a trigger of a deployment config that cannot be read is reported', () => {
    const { resource, object } = workload('deploymentconfigs', 'web', 'quay.io/some/thing:1');
    object.spec!.triggers = [{ imageChangeParams: { from: { kind: 'ImageStreamTag', name: 'app:a:b' } } }];
    const built = [app(), { resource, object }];
    expect(whyKept(built)['latest 0']).toMatch(/used by deploymentconfig shop\/web \(trigger 0\)/);
    expect(reportedIn(built)).toHaveLength(1);
  });

  test('a deployment config names the tag in its spec', () => {
    const { resource, object } = workload('deploymentconfigs', 'web', 'quay.io/some/thing:1');
    object.spec!.triggers = [
      { type: 'ConfigChange' },
      { type: 'ImageChange', imageChangeParams: { from: { kind: 'ImageStreamTag', name: 'app:latest' } } },
    ];
    expect(whyKept([app(), { resource, object }])['latest 0']).toMatch(
      /used by deploymentconfig shop\/web \(trigger 1\)/,
    );
  });
});

describe('older revisions of stateful sets and daemon sets', () => {
  const revision = (data: unknown): Built => ({
    resource: 'controllerrevisions',
    object: { metadata: { name: 'db-1', namespace: 'shop' }, data },
  });
  const template = {
    spec: { template: { spec: { containers: [{ name: 'c', image: `r.example/shop/app@${OLD}` }] } } },
  };

  test('the images of a revision are kept', () => {
    expect(whyKept([app(), revision(template)])['latest 1']).toBe('used by controllerrevision shop/db-1 (container c)');
    expect(whyKept([app(), revision(template)], { referrers: 'oc' })).toEqual(GONE);
  });

  const inPod = (spec: unknown) => ({ spec: { template: { spec } } });
  test.each([
    undefined,
    null,
    {},
    { spec: null },
    { spec: { template: null } },
    'text',
    { spec: { template: 'text' } },
    inPod('text'),
    inPod({ containers: 'text' }),
    inPod({ containers: [null, 'text', { image: 7 }], volumes: {} }),
    inPod({ volumes: [null, { image: 'text' }, { image: { reference: {} } }] }),
  ])('%j has no images', (data) => {
    expect(whyKept([app(), revision(data)])).toEqual(GONE);
  });

  test('what cannot start a container does not hide the other containers', () => {
    const containers = [null, { image: 7 }, { name: 'c', image: `r.example/shop/app@${OLD}` }];
    expect(whyKept([app(), revision(inPod({ containers, volumes: 'text' }))])['latest 1']).toContain('shop/db-1');
  });
});

describe('references that cannot be parsed, with --ignore-invalid-refs', () => {
  const kept = (image: string, built: Built[] = [app()], key = 'shop/app') =>
    whyKept([...built, workload('deployments', 'web', image)], { ignoreInvalidRefs: true }, key);

  test('keep the image of a digest in them, and nothing else', () => {
    const reason = 'its digest is used by deployment shop/web (container c)';
    expect(kept(`r.example/Shop/App@${OLD}`)).toEqual({ 'latest 0': undefined, 'latest 1': reason });
    expect(kept(`image=${OLD.toUpperCase()} `)['latest 1']).toBe(reason);
  });

  test.each([
    'r.example/shop/app:a b',
    'SHOP/APP:latest',
    'app:${TAG}',
    'https://r.example/shop/app:1',
    'x/shop/app-2:{',
  ])('%s keeps the newest item of every tag of the stream', (image) => {
    const built = [anImageStream('shop/app').withTag('latest', [NEW, OLD]).withTag('v1', [OLD])];
    const found = kept(image, built);
    expect(found['latest 0']).toMatch(/the tag is used by deployment shop\/web/);
    expect(found['v1 0']).toMatch(/the tag is used by deployment shop\/web/);
  });

  test('a name of another namespace counts only with the namespace', () => {
    const other = [anImageStream('other/tool').withTag('latest', [NEW])];
    expect(kept('r.example/tool:{', other, 'other/tool')).toEqual({ 'latest 0': undefined });
    expect(kept('r.example/other/tool:{', other, 'other/tool')['latest 0']).toBeDefined();
  });

  test('with --referrers oc they keep nothing', () => {
    const built = [app(), workload('deployments', 'web', `R.example/Shop/App@${OLD}`)];
    expect(whyKept(built, { ignoreInvalidRefs: true, referrers: 'oc' })).toEqual(GONE);
  });

  test('many streams and long references end in bounded time', () => {
    const streams = Array.from({ length: 2000 }, (_, at) => anImageStream(`shop/s${at}`));
    const bad = Array.from({ length: 300 }, (_, at) =>
      workload('deployments', `web-${at}`, `{${at} ${'shop/x/'.repeat(20_000)}`),
    );
    expect(whyKept([app(), ...streams, ...bad], { ignoreInvalidRefs: true })['latest 0']).toBeDefined();
  });
});

describe('promoted tags', () => {
  const promoted = (source: string): Built => {
    const stream = anImageStream('prod/app').withTag('x', [OLD]);
    const [tag] = (stream.object.status as { tags: { items: { dockerImageReference?: string }[] }[] }).tags;
    tag!.items[0]!.dockerImageReference = `image-registry.example:5000/${source}@${OLD}`;
    return stream;
  };
  const keepProd = { protection: { namespaces: ['prod'], streams: [], tags: [], digests: [] } };

  test('a remaining item keeps the item that it was promoted from', () => {
    expect(whyKept([app(), promoted('shop/app')], keepProd)).toEqual({
      'latest 0': undefined,
      'latest 1': 'image stream tag prod/app:x was promoted from here',
    });
    expect(whyKept([app(), promoted('shop/app')], { ...keepProd, referrers: 'oc' })).toEqual(GONE);
  });

  test('an item that goes keeps nothing, and neither does one of another stream', () => {
    expect(whyKept([app(), promoted('shop/app')])).toEqual(GONE);
    expect(whyKept([app(), promoted('prod/app')], keepProd)).toEqual(GONE);
    expect(whyKept([app(), promoted('other/app')], keepProd)).toEqual(GONE);
  });

  test('a chain of promotions keeps all of its items', () => {
    const staging = anImageStream('staging/app').withTag('y', [OLD]);
    const [tag] = (staging.object.status as { tags: { items: { dockerImageReference?: string }[] }[] }).tags;
    tag!.items[0]!.dockerImageReference = `image-registry.example:5000/shop/app@${OLD}`;
    expect(whyKept([app(), staging, promoted('staging/app')], keepProd)['latest 1']).toBe(
      'image stream tag staging/app:y was promoted from here',
    );
  });

  test('with --namespace, a tag of another namespace keeps the item', () => {
    expect(whyKept([app(), promoted('shop/app')], { namespace: 'shop' })['latest 1']).toMatch(
      /prod\/app:x was promoted/,
    );
  });

  const following = (from: object): Built => {
    const stream = anImageStream('prod/app');
    stream.object.spec = { tags: [{ name: 'x', from }] };
    return stream;
  };

  test.each([
    [{ kind: 'ImageStreamTag', namespace: 'shop', name: 'app:latest' }, 'latest 0'],
    [{ kind: 'ImageStreamImage', namespace: 'shop', name: `app@${OLD}` }, 'latest 1'],
    [{ kind: 'DockerImage', name: 'image-registry.example:5000/shop/app' }, 'latest 0'],
    [{ kind: 'DockerImage', name: 'route.example/shop/app:latest' }, 'latest 0'],
    [{ kind: 'DockerImage', name: `route.example/shop/app@${OLD}` }, 'latest 1'],
  ])('a tag whose spec follows %j keeps it', (from, place) => {
    expect(whyKept([app(), following(from)])[place]).toMatch(/used by imagestream prod\/app \(tag x\)/);
  });

  test('a tag that follows another tag of its own stream keeps it', () => {
    const stream = app();
    stream.object.spec = { tags: [{ name: 'stable', from: { kind: 'ImageStreamTag', name: 'latest' } }] };
    expect(whyKept([stream])['latest 0']).toMatch(/used by imagestream shop\/app \(tag stable\)/);
  });

  test.each([
    {},
    null,
    { kind: 'DockerImage', name: 'app:latest' },
    { kind: 'DockerImage', name: 'shop/app:latest' },
    { kind: 'DockerImage', name: 'quay.io/other/app:latest' },
    { kind: 'DockerImage', name: `quay.io/other/app@${OLD}` },
    { kind: 'ImageStreamTag', name: 'a:b:c' },
    { kind: 'ImageStreamTag', name: 1 },
    { kind: 'Other', name: 'app:latest' },
  ])('%j follows nothing here, and does not end the run', (from) => {
    expect(whyKept([app(), following(from as object)])).toEqual(GONE);
  });

  test.each([
    { kind: 'ImageStreamImage', namespace: 'shop', name: 'app' },
    { kind: 'ImageStreamTag', namespace: 'shop', name: 'app:a:b' },
    { kind: 'DockerImage', name: 'https://route.example/shop/app:latest' },
  ])('%j cannot be read, is reported, and keeps what it may mean', (from) => {
    const built = [app(), following(from)];
    expect(whyKept(built)['latest 0']).toMatch(/used by imagestream prod\/app \(tag x\)/);
    expect(reportedIn(built)).toEqual([{ referrer: 'ImageStream prod/app', message: expect.any(String) }]);
  });
});
