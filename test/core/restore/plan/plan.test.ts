import type { Digest } from '../../../../src/core/model/digest.js';
import type { StreamRecord } from '../../../../src/core/model/image-stream.js';
import { underNewTag } from '../../../../src/core/restore/plan/as-tag.js';
import type { ContentEvidence, ImageEvidence, StreamEvidence } from '../../../../src/core/restore/plan/evidence.js';
import { planRestore } from '../../../../src/core/restore/plan/plan.js';
import type { SavedItem } from '../../../../src/core/restore/plan/saved.js';
import { targetsOf } from '../../../../src/core/restore/plan/targets.js';
import { digest } from '../../../support/builders.js';
import { asRepository } from '../../../support/names.js';

const reference = (repository: string, name: string): string => `registry.svc:5000/${repository}@${digest(name)}`;

/** An image that was pushed to a repository, with one layer. */
const image = (name: string, repository: string, more: Partial<ImageEvidence> = {}): ImageEvidence => ({
  name: digest(name),
  saved: {
    name: digest(name),
    uid: 'saved',
    managed: true,
    reference: reference(repository, name),
    created: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
  },
  needs: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    children: [],
    blobs: [{ digest: digest(`layer of ${name}`), bytes: 10, foreign: false, isConfig: false }],
  },
  ...more,
});

const item = (stream: string, name: string, from = stream): SavedItem => ({
  stream: asRepository(stream),
  tag: 'latest',
  position: 1,
  item: { image: digest(name), created: '2026-01-01T00:00:00Z', dockerImageReference: reference(from, name) },
});

const stream = (key: string): StreamRecord => {
  const [namespace = '', name = ''] = key.split('/');
  const tags = [{ name: 'latest', items: [{ image: digest('newest'), created: Date.parse('2026-02-01T00:00:00Z') }] }];
  const none = { uid: '', resourceVersion: '1', created: 0, repository: '', publicRepository: '' };
  return { namespace, name, ...none, namesRepository: false, tags, pending: [] };
};

const GONE = { problem: 'namespace gone does not exist' };
const STREAMS: Record<string, StreamEvidence> = {
  'ns/app': stream('ns/app'),
  'ns/other': stream('ns/other'),
  'ns/deleted': { missing: true },
  'gone/app': GONE,
};

/** A registry that has these manifests and blobs everywhere, and a backup that has all blobs but these. */
const content = ({ present = [], lost = [] }: { present?: Digest[]; lost?: Digest[] } = {}): ContentEvidence => ({
  hasManifest: (_repository, name) => present.includes(name),
  hasBlob: (_repository, name) => present.includes(name),
  problem: () => undefined,
  isAvailable: (name) => !lost.includes(name),
});

const evidenceOf = (images: ImageEvidence[], items: SavedItem[]) => ({
  images: new Map(images.map((one) => [one.name, one])),
  items,
  streams: new Map(Object.entries(STREAMS).map(([key, state]) => [asRepository(key), state])),
});

const plan = (images: ImageEvidence[], items: SavedItem[], registry = content()) => {
  const evidence = evidenceOf(images, items);
  return planRestore(evidence, targetsOf(evidence), registry);
};

const repositories = (images: ImageEvidence[], items: SavedItem[]): string[] =>
  plan(images, items).images.flatMap(({ targets }) => targets.map(({ repository }) => repository));

describe('an image is pushed', () => {
  test('to the repository of its stream', () => {
    expect(repositories([image('a', 'ns/app')], [item('ns/app', 'a')])).toEqual(['ns/app']);
  });

  test('to the repository that the reference of its item names, if that stream exists', () => {
    expect(repositories([image('a', 'ns/other')], [item('ns/app', 'a', 'ns/other')])).toEqual(['ns/other']);
  });

  test.each(['ns/deleted', 'gone/app'])('to its own repository if %s is gone', (source) => {
    expect(repositories([image('a', source)], [item('ns/app', 'a', source)])).toEqual(['ns/app']);
  });

  test('to a stream that is created, because it gets items too', () => {
    const items = [item('ns/app', 'a', 'ns/deleted'), item('ns/deleted', 'a')];
    expect(repositories([image('a', 'ns/deleted')], items)).toEqual(['ns/deleted']);
  });

  test('first to the repository of its object', () => {
    const items = [item('ns/app', 'a'), item('ns/other', 'a')];
    expect(repositories([image('a', 'ns/other')], items)).toEqual(['ns/other', 'ns/app']);
  });

  test('to the repository of its object if no item lists it', () => {
    expect(repositories([image('a', 'ns/app')], [])).toEqual(['ns/app']);
  });

  test('nowhere if it was imported', () => {
    const imported = image('a', 'ns/app', { needs: undefined });
    const saved = { ...imported.saved!, managed: false };
    expect(repositories([{ ...imported, saved }], [item('ns/app', 'a')])).toEqual([]);
  });
});

test('children are pushed before their index, to its repositories', () => {
  const index = image('index', 'ns/app', {
    needs: { mediaType: 'application/vnd.oci.image.index.v1+json', children: [digest('child')], blobs: [] },
  });
  const { images } = plan([index, image('child', 'ns/app')], [item('ns/other', 'index')]);
  expect(images.map(({ name, height, targets }) => [name, height, targets.map((target) => target.repository)])).toEqual(
    [
      [digest('child'), 0, ['ns/other']],
      [digest('index'), 1, ['ns/other']],
    ],
  );
});

test('the manifest is pushed again if only the Image object is missing: the push creates it', () => {
  const present = [digest('a'), digest('layer of a')];
  const { images } = plan([image('a', 'ns/app')], [item('ns/app', 'a')], content({ present }));
  expect(images[0]!.targets).toEqual([{ repository: 'ns/app', manifest: true, blobs: [] }]);
});

test('labels are restored only to an object that was created again', () => {
  const saved = { ...image('a', 'ns/app').saved!, labels: { team: 'shop' } };
  const withObject = (uid: string, labels: object): ImageEvidence =>
    image('a', 'ns/app', {
      saved,
      object: { uid, labels: { ...labels }, annotations: {}, managed: true, reference: saved.reference },
    });
  const labeled = (...evidence: ImageEvidence[]): boolean[] => plan(evidence, []).images.map(({ labels }) => labels);
  expect(labeled(withObject('new', {}))).toEqual([true]);
  expect(labeled(withObject('new', { team: 'other' }))).toEqual([false]);
  expect(labeled(withObject('saved', {}))).toEqual([false]);
});

describe('not restored is', () => {
  test.each<[string, ImageEvidence, object]>([
    ['an image that nobody has', { name: digest('a') }, { status: 'skipped' }],
    ['an image whose manifest is damaged', image('a', 'ns/app', { problem: 'damaged' }), { text: 'damaged' }],
  ])('%s, nor its items', (_what, evidence, obstacle) => {
    const { images, streams } = plan([evidence], [item('ns/app', 'a')]);
    expect(images[0]!.obstacle).toMatchObject(obstacle);
    expect(streams[0]!.items[0]!.obstacle).toMatchObject(obstacle);
  });

  test('an image that no item lists and whose reference names no repository', () => {
    const { images } = plan([image('a', 'elsewhere')], []);
    expect(images[0]!.obstacle!.text).toContain('nothing shows to which repository it belongs');
  });

  test('an image with a lost layer, and the index that contains it', () => {
    const index = image('index', 'ns/app', { needs: { mediaType: '', children: [digest('a')], blobs: [] } });
    const lost = content({ lost: [digest('layer of a')] });
    const { images } = plan([index, image('a', 'ns/app')], [item('ns/app', 'index')], lost);
    expect(images.map(({ obstacle }) => obstacle?.text)).toEqual([
      `blob ${digest('layer of a')} is neither in the registry nor in the backup`,
      `its child ${digest('a')} cannot be restored`,
    ]);
  });

  test('an item of a namespace that is gone; the item of another one is', () => {
    const { images, streams } = plan([image('a', 'ns/app')], [item('ns/app', 'a'), item('gone/app', 'a')]);
    expect(images[0]!.obstacle).toBeUndefined();
    expect(streams.map(({ key, items }) => [key, items[0]!.obstacle?.text])).toEqual([
      ['gone/app', GONE.problem],
      ['ns/app', undefined],
    ]);
  });
});

test('a foreign layer that the backup lacks is not needed', () => {
  const foreign = { digest: digest('foreign'), bytes: 5, foreign: true, isConfig: false };
  const windows = image('a', 'ns/app', { needs: { mediaType: '', children: [], blobs: [foreign] } });
  const { images } = plan([windows], [], content({ lost: [foreign.digest] }));
  expect(images[0]).toMatchObject({ obstacle: undefined, targets: [{ blobs: [] }] });
});

describe('--as-tag', () => {
  const rename = (tag: string, ...items: SavedItem[]): SavedItem[] =>
    underNewTag(evidenceOf([image('a', 'ns/app'), image('b', 'ns/app')], items), tag, []);

  test('lists one image of each stream under the new tag', () => {
    const items = [item('ns/app', 'a'), { ...item('ns/app', 'a'), tag: 'stable' }, item('ns/other', 'b')];
    expect(rename('rescued', ...items).map((one) => `${one.stream}:${one.tag}`)).toEqual([
      'ns/app:rescued',
      'ns/other:rescued',
    ]);
  });

  test('refuses several images of a stream, and a tag that lists another image', () => {
    expect(() => rename('rescued', item('ns/app', 'a'), item('ns/app', 'b'))).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
    expect(() => rename('latest', item('ns/app', 'a'))).toThrow(expect.objectContaining({ code: 'TAG_EXISTS' }));
  });

  test('lists an image that no stream listed in the stream of its reference', () => {
    const evidence = evidenceOf([image('a', 'ns/other')], []);
    expect(underNewTag(evidence, 'rescued', [digest('a')])).toMatchObject([{ stream: 'ns/other', tag: 'rescued' }]);
  });
});
