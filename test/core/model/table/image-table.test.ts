import { DigestTable } from '../../../../src/core/model/table/digest-table.js';
import { packImages } from '../../../../src/core/model/table/image-packer.js';
import { ImageTable } from '../../../../src/core/model/table/image-table.js';
import { sortDigests } from '../../../../src/core/model/table/sort-digests.js';
import { reduceImage, type ImageRecord } from '../../../../src/core/model/image.js';

const SHA512 = `sha512:${'5'.repeat(128)}`;
const digest = (n: number): string => `sha256:${n.toString(16).padStart(64, '0')}`;

function anImage(more: Partial<ImageRecord> & { name: string }): ImageRecord {
  return {
    uid: '',
    created: 0,
    managed: true,
    reference: '',
    size: 0,
    config: '',
    layers: [],
    children: [],
    oci: false,
    hasPlatform: false,
    unreadable: '',
    ...more,
  };
}

describe('DigestTable', () => {
  test('returns the same number for the same digest, also for unusual ones, after it has grown', () => {
    const table = new DigestTable();
    const texts = [
      ...Array.from({ length: 5000 }, (_, n) => digest(n * 7919)),
      'sha256:none',
      `sha512:${'a'.repeat(128)}`,
      '',
      digest(1).toUpperCase(),
    ];
    const ids = texts.map((text) => table.intern(text));
    expect(new Set(ids).size).toBe(texts.length);
    expect(texts.map((text) => table.intern(text))).toEqual(ids);
    expect(texts.map((text) => table.find(text))).toEqual(ids);
    expect(ids.map((id) => table.text(id))).toEqual(texts);
    expect(table.find(digest(1))).toBe(-1);
    expect(table.find('unknown')).toBe(-1);
  });

  test('compares digests like their texts', () => {
    const table = new DigestTable();
    const texts = [digest(5), digest(2 ** 40), digest(1), 'sha256:none', `sha512:${'0'.repeat(128)}`, 'aaa'];
    const sorted = texts.map((text) => table.intern(text)).sort((a, b) => table.compare(a, b));
    expect(sorted.map((id) => table.text(id))).toEqual([...texts].sort());
    expect(table.compare(sorted[0]!, sorted[0]!)).toBe(0);
  });

  test.each([
    ['digests', (n: number) => `sha256:${(n * 7919).toString(16).padStart(8, '0')}${'0'.repeat(56)}`, 1000],
    ['digests with the same first word', digest, 200_000],
    ['other texts, too', (n: number) => (n % 100 === 0 ? `name-${n}` : digest(n)), 1000],
  ])('sorts %s like their texts', (_, textOf, count) => {
    const table = new DigestTable();
    const texts = Array.from({ length: count }, (__, n) => textOf((n * 77_777) % count));
    const sorted = sortDigests(
      texts.map((text) => table.intern(text)),
      table,
    ).map((id) => table.text(id));
    expect(sorted.join()).toBe([...texts].sort().join());
  });
});

describe('ImageTable', () => {
  const uid = '63e4ad1d-fba3-4fb2-950b-96f8f02b8b47';

  test('returns what was added', () => {
    const table = new ImageTable(new DigestTable());
    const layers = [
      { digest: digest(10), size: 100 },
      { digest: digest(11), size: 200 },
      { digest: digest(10), size: 100 },
    ];
    table.addColumns(
      packImages([
        anImage({
          name: digest(1),
          uid,
          created: 5,
          reference: `host/ns/app@${digest(1)}`,
          size: 450,
          config: digest(2),
          layers,
          oci: true,
          hasPlatform: false,
        }),
        anImage({
          name: digest(3),
          uid: 'short',
          managed: false,
          reference: 'elsewhere',
          children: [digest(1), SHA512],
        }),
      ]),
    );
    const blobs: string[] = [];
    table.eachBlob(0, (id) => blobs.push(table.digests.text(id)));
    const children: string[] = [];
    table.eachChild(1, (id) => children.push(table.digests.text(id)));
    expect(table.count).toBe(2);
    expect(blobs).toEqual([digest(2), digest(10), digest(11), digest(10)]);
    expect(children).toEqual([digest(1), SHA512]);
    expect([table.uid(0), table.uid(1)]).toEqual([uid, 'short']);
    expect([table.reference(0), table.reference(1)]).toEqual([`host/ns/app@${digest(1)}`, 'elsewhere']);
    expect([table.managed(0), table.managed(1), table.oci(0), table.oci(1)]).toEqual([true, false, true, false]);
    expect([table.isIndex(0), table.isIndex(1)]).toEqual([false, true]);
    expect([table.created(0), table.size(0), table.nameText(0), table.find(digest(3)), table.find(digest(9))]).toEqual([
      5,
      450,
      digest(1),
      1,
      -1,
    ]);
    expect(table.config(0)).toBe(table.digests.find(digest(2)));
    expect(table.config(1)).toBe(-1);
    // 450 bytes in all, 300 in layers, of which one is listed twice: the rest is the config.
    expect(
      [digest(2), digest(10), digest(11), digest(1)].map((text) => table.blobSize(table.digests.find(text))),
    ).toEqual([150, 100, 200, 0]);
  });

  test.each([
    uid,
    uid.toUpperCase(),
    uid.replaceAll('-', ''),
    '63e4ad1-dfba3-4fb2-950b-96f8f02b8b47',
    'ü'.repeat(36),
    '',
  ])('returns the uid %j as it was', (odd) => {
    const table = new ImageTable(new DigestTable());
    expect(table.uid(table.add(anImage({ name: digest(1), uid: odd })))).toBe(odd);
  });

  test('adds a repeated image only once, and notices if it was pushed again', () => {
    const table = new ImageTable(new DigestTable());
    table.add(anImage({ name: digest(1), uid }));
    expect(table.add(anImage({ name: digest(1), uid, layers: [{ digest: digest(7), size: 1 }] }))).toBe(0);
    expect([table.count, table.replaced.size]).toEqual([1, 0]);
    table.add(anImage({ name: digest(1), uid: uid.replace('6', '7') }));
    expect([...table.replaced]).toEqual([0]);
    table.add(anImage({ name: digest(2), uid: 'odd' }));
    table.add(anImage({ name: digest(2), uid: 'other' }));
    expect([...table.replaced]).toEqual([0, 1]);
  });
});

describe('names that are not digests', () => {
  const table = new ImageTable(new DigestTable());
  const layers = [digest(10), `${digest(11)}?x`, 'x\r\ny', digest(12)].map((name) => ({ digest: name, size: 100 }));
  const image = table.add(
    anImage({ name: digest(1), config: '../x', size: 450, layers, children: [digest(3), `${digest(4)}/..`] }),
  );
  const odd = table.add(anImage({ name: `${digest(2)}?x`, config: digest(20), layers: [layers[0]!, layers[1]!] }));
  const blobsOf = (of: number): string[] => {
    const blobs: string[] = [];
    table.eachBlob(of, (blob) => blobs.push(table.digests.digest(blob)));
    return blobs;
  };

  test('name no blob and no child, and the image keeps the others', () => {
    const children: string[] = [];
    table.eachChild(image, (child) => children.push(table.digests.digest(child)));
    expect(blobsOf(image)).toEqual([digest(10), digest(12)]);
    expect(children).toEqual([digest(3)]);
    expect(table.config(image)).toBe(-1);
    expect(table.unreadable.size).toBe(0);
  });

  test('an image of such a name is in the table, and its name never becomes a digest', () => {
    expect([table.hasDigestName(image), table.hasDigestName(odd)]).toEqual([true, false]);
    expect(table.nameText(odd)).toBe(`${digest(2)}?x`);
    expect(() => table.digests.digest(table.name(odd))).toThrow('is not a digest');
    expect(blobsOf(odd)).toEqual([digest(20), digest(10)]);
  });

  test('have no size: what is not known to be the config is not counted as freed', () => {
    expect(table.blobSize(table.digests.find(digest(20)))).toBe(0);
  });

  test('are noted, escaped and limited', () => {
    expect(table.invalid).toMatchObject({ count: 2, ownNames: 1 });
    expect(table.invalid.names.get(image)).toEqual({
      fields: [
        'dockerImageMetadata.Id "../x"',
        `dockerImageLayers[1].name "${digest(11)}?x"`,
        'dockerImageLayers[2].name "x\\r\\ny"',
      ],
      count: 4,
    });
  });

  test('of very many images, only the first are stored', () => {
    const many = new ImageTable(new DigestTable());
    for (let n = 0; n < 1000; n++) many.add(anImage({ name: digest(n), config: 'x'.repeat(5000) }));
    expect(many.invalid.count).toBe(1000);
    expect(JSON.stringify([...many.invalid.names]).length).toBeLessThan(30_000);
  });
});

describe('reduceImage describes what cannot be read', () => {
  const raw = {
    metadata: { name: digest(1) },
    dockerImageMetadata: { Id: digest(2), Size: 5 },
    dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
    dockerImageLayers: [],
  };
  test.each([
    [{ dockerImageMetadata: undefined }, 'dockerImageMetadata is missing'],
    [{ dockerImageMetadata: 'text' }, 'dockerImageMetadata is not an object'],
    [{ dockerImageMetadata: [] }, 'dockerImageMetadata is not an object'],
    [{ dockerImageMetadata: { Id: 5 } }, 'dockerImageMetadata.Id is not a string'],
    [{ dockerImageMetadata: { Size: 'big' } }, 'dockerImageMetadata.Size is not a number'],
    [{ dockerImageLayers: null }, 'dockerImageLayers is missing'],
    [{ dockerImageManifestMediaType: 'application/vnd.oci.image.index.v1+json' }, 'dockerImageManifests is missing'],
    [{ dockerImageLayers: 'none' }, 'dockerImageLayers is not a list'],
    [{ dockerImageLayers: [{ size: 5 }] }, 'dockerImageLayers[0].name is not a string'],
    [{ dockerImageManifests: [{}] }, 'dockerImageManifests[0].digest is not a string'],
  ])('%j', (change, problem) => {
    const record = reduceImage({ ...raw, ...change });
    expect(record.unreadable).toBe(problem);
    expect([record.layers, record.children, record.config]).toEqual([[], [], '']);
  });

  test('and reads the rest', () => {
    expect(reduceImage(raw)).toMatchObject({ unreadable: '', config: digest(2), size: 5, oci: true, managed: false });
    expect(
      reduceImage({ ...raw, dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json' })
        .config,
    ).toBe('');
  });
});

test('digests that a tenant chose to have the same hash are found as fast as others', () => {
  const table = new DigestTable();
  const chosen = (n: number): string => `sha256:${'c'.repeat(48)}${n.toString(16).padStart(16, '0')}`;
  const count = 100_000;
  for (let n = 0; n < count; n++) table.intern(chosen(n));
  expect(table.size).toBe(count);
  const ids = new Set(Array.from({ length: count }, (_, n) => table.intern(chosen(n))));
  expect([ids.size, table.size]).toEqual([count, count]);
  expect(table.find(chosen(count - 1))).toBe(count - 1);
  expect(table.find(chosen(count))).toBe(-1);
  expect(table.text(count - 1)).toBe(chosen(count - 1));
});
