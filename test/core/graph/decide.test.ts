import { describeReason } from '../../../src/core/graph/reason.js';
import type { PruneOptions } from '../../../src/core/graph/options.js';
import { planImagePrune, type ImagePrunePlan } from '../../../src/core/prune/plan/plan.js';
import {
  anImage,
  anImageStream,
  anOrdinaryImage,
  aPod,
  aSnapshot,
  digest,
  NOW,
  pruneOptions,
  type Built,
  HOST,
} from '../../support/builders.js';

const [OLD, NEW] = [digest('old'), digest('new')];
const nothingByPosition = { keepTagRevisions: 0 };

/** Attachments of an image are in tags of the same stream, with names derived from its digest. */
const cosign = (image: string, kind: string): string => `${image.replace(':', '-')}.${kind}`;
const onePod = (image: string): Built => aPod('ns/web').running(`${HOST}/ns/app@${image}`);

function plan(
  built: Built[],
  options: Partial<PruneOptions> = nothingByPosition,
  subjects: [string, string][] = [],
): ImagePrunePlan {
  const snapshot = aSnapshot(...built);
  for (const [image, subject] of subjects)
    snapshot.subjects.set(snapshot.digests.intern(image), snapshot.digests.intern(subject));
  return planImagePrune({ snapshot, now: NOW }, pruneOptions(options));
}

function whyKept({ decisions, snapshot }: ImagePrunePlan, image: string): string {
  const { kept, because } = decisions.image(snapshot.images.find(image));
  return kept ? describeReason(because) : 'goes';
}

const deleted = ({ snapshot, images }: ImagePrunePlan): string[] =>
  images.map((image) => snapshot.images.nameText(image)).sort();
const items = ({ streams, snapshot }: ImagePrunePlan): string[] =>
  streams.flatMap((one) => one.items.map(({ tag, image }) => `${tag} ${snapshot.digests.text(image)}`));
const both = (): Built[] => [
  anOrdinaryImage('old'),
  anOrdinaryImage('new'),
  anImageStream('ns/app').withTag('latest', [NEW, OLD]),
];

test('a reason names the object and the field', () => {
  const found = plan([...both(), onePod(OLD)]);
  expect(deleted(found)).toEqual([NEW]);
  expect(describeReason(found.decisions.item(0, 0, 1).because)).toBe('used by pod ns/web (container c0)');
  expect(whyKept(found, OLD)).toBe('listed by ns/app:latest at position 1 of 2');
});

test('an image that no stream lists is kept if its digest is used, with the user as the reason', () => {
  const found = plan([anOrdinaryImage('old'), anImageStream('ns/app'), onePod(OLD)]);
  expect(whyKept(found, OLD)).toBe('its digest is used by pod ns/web (container c0)');
  expect(plan([anOrdinaryImage('old'), onePod(OLD)], { ...nothingByPosition, referrers: 'oc' }).images).toHaveLength(1);
});

test('a container runtime can report the digest of a config', () => {
  const pod = aPod('ns/web').running('quay.io/some/thing:1');
  (pod.object.status as Record<string, unknown>).containerStatuses = [
    { name: 'c0', imageID: `docker://${digest('old config')}` },
  ];
  expect(whyKept(plan([anOrdinaryImage('old'), pod]), OLD)).toBe(
    'its digest is used by pod ns/web (running container c0)',
  );
});

describe('image indexes', () => {
  const [first, second, index] = [digest('first'), digest('second'), digest('index')];
  const family = (): Built[] => [
    anOrdinaryImage('first'),
    anOrdinaryImage('second'),
    anImage(index).withChildren([first, second]),
  ];

  test('a child in use keeps its index and the other children', () => {
    const found = plan([...family(), anImageStream('ns/app').withTag('latest', [index]), onePod(first)]);
    expect(deleted(found)).toEqual([]);
    expect(describeReason(found.decisions.item(0, 0, 0).because)).toBe(
      `it names ${first}, which is kept: its digest is used by pod ns/web (container c0)`,
    );
    expect(whyKept(found, second)).toBe(
      `image index ${index} names it, which is kept: listed by ns/app:latest at position 0 of 1`,
    );
  });

  test('the reason of a child names the tag item that lists its index', () => {
    const found = plan([...family(), anImageStream('ns/app').withTag('latest', [index])], { keepTagRevisions: 1 });
    expect(whyKept(found, first)).toBe(
      `image index ${index} names it, which is kept: listed by ns/app:latest at position 0 of 1`,
    );
  });

  test.each(['oc', 'extended'] as const)('indexes that name each other hide no tag item: %s', (referrers) => {
    const [one, other] = [digest('one'), digest('other')];
    const found = plan(
      [
        anImage(one).withChildren([one, other, first]),
        anImage(other).withChildren([one, other]),
        anOrdinaryImage('first'),
        anImageStream('evil/app').withTag('latest', [one]),
      ],
      { keepTagRevisions: 1, referrers },
    );
    const listed = 'listed by evil/app:latest at position 0 of 1';
    expect(whyKept(found, one)).toBe(listed);
    for (const child of [other, first])
      expect(whyKept(found, child)).toBe(`image index ${one} names it, which is kept: ${listed}`);
  });

  test('indexes can be nested to any depth', () => {
    const depth = 30_000;
    const level = (at: number): string => digest(`level ${at}`);
    const indexes = Array.from({ length: depth }, (_, at) => anImage(level(at)).withChildren([level(at + 1)]));
    const built = [...indexes, anImage(level(depth)), anImageStream('evil/app').withTag('latest', [level(0)])];
    const found = plan(built, { keepTagRevisions: 1 });
    expect(whyKept(found, level(depth))).toBe(
      `image index ${level(depth - 1)} names it, which is kept because of image ${level(0)}: listed by evil/app:latest at position 0 of 1`,
    );
    expect(plan(built).images).toHaveLength(depth + 1);
    expect(plan([...built, onePod(level(depth))]).images).toEqual([]);
  });

  test('an index of indexes is kept whole', () => {
    const outer = digest('outer');
    const found = plan([...family(), anImage(outer).withChildren([index]), onePod(second)]);
    expect(deleted(found)).toEqual([]);
  });

  test('a young index keeps its children', () => {
    const young = anImage(index).withChildren([first, second]).created('2025-12-31T23:59:00Z');
    expect(deleted(plan([anOrdinaryImage('first'), anOrdinaryImage('second'), young]))).toEqual([]);
  });
});

describe('what is attached to an image', () => {
  const signature = digest('signature');
  const signed = (): Built[] => [
    anOrdinaryImage('old'),
    anOrdinaryImage('signature'),
    anImageStream('ns/app').withTag('latest', [OLD]).withTag(cosign(OLD, 'sig'), [signature]),
  ];

  test.each(['sig', 'att', 'sbom', 'something-new'])('a .%s tag is kept while its image is kept', (kind) => {
    const stream = anImageStream('ns/app').withTag('latest', [OLD]).withTag(cosign(OLD, kind), [signature]);
    const found = plan([anOrdinaryImage('old'), anOrdinaryImage('signature'), stream, onePod(OLD)]);
    expect(items(found)).toEqual([]);
    expect(describeReason(found.decisions.item(0, 1, 0).because)).toBe(`it belongs to image ${OLD}, which is kept`);
    expect(describeReason(found.decisions.explain(found.decisions.item(0, 1, 0).because))).toBe(
      `it belongs to image ${OLD}, which is kept: listed by ns/app:latest at position 0 of 1`,
    );
  });

  test('attachments are deleted with their image only with --prune-signatures', () => {
    const keepOne = { keepTagRevisions: 1 };
    const gone = [anOrdinaryImage('signature'), anImageStream('ns/app').withTag(cosign(OLD, 'sig'), [signature])];
    expect(deleted(plan(gone, keepOne))).toEqual([]);
    expect(deleted(plan(gone, { ...keepOne, pruneSignatures: true }))).toEqual([signature]);
    expect(deleted(plan(signed(), { ...keepOne, pruneSignatures: true }))).toEqual([]);
  });

  test('an index of the referrers tag schema and its children are kept, or deleted with --prune-signatures', () => {
    const keepOne = { keepTagRevisions: 1 };
    const [list, child] = [digest('list'), digest('child')];
    const tag = OLD.replace(':', '-');
    const built = [
      anOrdinaryImage('old'),
      anImage(list).withChildren([child]),
      anOrdinaryImage('child'),
      anImageStream('ns/app').withTag('latest', [OLD]).withTag(tag, [list]),
    ];
    expect(deleted(plan([...built, onePod(OLD)]))).toEqual([]);
    expect(deleted(plan([...built, onePod(OLD)], { ...keepOne, pruneSignatures: true }))).toEqual([]);
    expect(deleted(plan(built))).toEqual([OLD, list, child].sort());
    const gone = [...built.slice(1, 3), anImageStream('ns/app').withTag(tag, [list])];
    expect(deleted(plan(gone, keepOne))).toEqual([]);
    expect(deleted(plan(gone, { ...keepOne, pruneSignatures: true }))).toEqual([list, child].sort());
    const ordinary = [anOrdinaryImage('child'), anImageStream('ns/app').withTag(tag, [child])];
    expect(deleted(plan(ordinary, { ...keepOne, pruneSignatures: true }))).toEqual([]);
  });

  test('a manifest that names a subject is kept with it, and so are its own attachments', () => {
    const [sbom, ofSbom] = [digest('sbom'), digest('signature of sbom')];
    const built = [...both(), anOrdinaryImage('sbom'), anOrdinaryImage('signature of sbom'), onePod(OLD)];
    expect(deleted(plan(built))).toEqual([NEW, sbom, ofSbom].sort());
    expect(
      deleted(
        plan(built, nothingByPosition, [
          [sbom, OLD],
          [ofSbom, sbom],
        ]),
      ),
    ).toEqual([NEW]);
  });
});

describe('uncertain information', () => {
  test('an item whose time cannot be read counts as young, but not for oc', () => {
    const built = [
      anOrdinaryImage('old').created('2025-01-01T00:00:00Z'),
      anImageStream('ns/app').withTag('latest', [OLD], 'no time'),
    ];
    expect(items(plan(built))).toEqual([]);
    expect(items(plan(built, { ...nothingByPosition, referrers: 'oc' }))).toHaveLength(1);
  });

  test('an image whose metadata cannot be read keeps its streams and all images', () => {
    const broken = anOrdinaryImage('broken');
    broken.object.dockerImageMetadata = 'no object';
    const found = plan([...both(), broken, anImageStream('ns/other').withTag('latest', [digest('broken'), OLD])]);
    expect(deleted(found)).toEqual([]);
    expect(found.streams.map(({ stream }) => stream.name)).toEqual(['app']);
    expect(whyKept(found, NEW)).toContain('the metadata of image');
  });

  test('an unreadable image whose name is not a digest, which cannot be pulled, stops nothing', () => {
    const odd = anImage(`${OLD}?x`);
    odd.object.dockerImageMetadata = 'no object';
    const found = plan([...both(), odd, anImageStream('evil/app').withTag('latest', [`${OLD}?x`])]);
    expect(deleted(found)).toEqual([OLD, NEW].sort());
    expect(whyKept(found, `${OLD}?x`)).toBe('listed by evil/app:latest at position 0 of 1');
  });

  test.each(['Unknown', ''])('a pod in the phase "%s" can still be running', (phase) => {
    expect(deleted(plan([...both(), aPod('ns/web').running(`${HOST}/ns/app@${OLD}`).inPhase(phase)]))).toEqual([NEW]);
  });

  test.each(['Succeeded', 'Failed'])('a pod in the phase "%s" is not running', (phase) => {
    expect(deleted(plan([...both(), aPod('ns/web').running(`${HOST}/ns/app@${OLD}`).inPhase(phase)]))).toEqual(
      [NEW, OLD].sort(),
    );
  });
});

test('of an image that a tag lists twice, only the old item is removed', () => {
  const list = [OLD, NEW, digest('a'), OLD];
  const found = plan([...both().slice(0, 2), anOrdinaryImage('a'), anImageStream('ns/app').withTag('latest', list)], {
    keepTagRevisions: 3,
  });
  expect(items(found)).toEqual([`latest ${OLD}`]);
  expect([found.images, found.blobs, found.streams[0]!.layerLinks, found.streams[0]!.manifestLinks]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

test('links noted by an interrupted run are deleted, unless the stream lists their image again', () => {
  const stream = anImageStream('ns/app').withTag('latest', [NEW]).withPending([OLD, NEW]);
  const found = plan([...both().slice(0, 2), stream], { keepTagRevisions: 1 });
  const { digests } = found.snapshot;
  expect(
    found.streams.map(({ items: all, manifestLinks }) => [all, manifestLinks.map((link) => digests.text(link))]),
  ).toEqual([[[], [OLD]]]);
});
