import { LIST_FIELDS } from '../../../src/core/model/list-fields.js';
import { reduceWholeImage } from '../../../src/core/model/image-manifest.js';
import { reduceStream } from '../../../src/core/model/image-stream.js';
import { readJson } from '../../../src/core/cluster/lists/json-reader.js';
import type { Fields, KubeObject } from '../../../src/core/model/kube.js';
import { REFERRER_KINDS } from '../../../src/core/model/referrers/index.js';
import { packReferrers, unpackReferrers } from '../../../src/core/model/table/referrer-columns.js';
import type { Referrer } from '../../../src/core/model/referrer.js';
import { namedCases, randomCases } from '../../support/conformance/conformance-cases.js';

type Reduce = (object: KubeObject) => unknown;

const REDUCERS: Record<string, Reduce> = {
  images: reduceWholeImage,
  imagestreams: reduceStream,
  ...(REFERRER_KINDS as Record<string, Reduce>),
};

/**
 * An object in which every field exists, both as an object and as a list of such objects. It records each path that is
 * read; where a reducer needs a string or an empty list, it behaves like one.
 */
function anything(path: string, asked: Set<string>): unknown {
  const target = (): void => {};
  return new Proxy(target, {
    get(_target, name) {
      if (name === Symbol.iterator) return [][Symbol.iterator].bind([anything(path, asked)]);
      if (name === Symbol.toPrimitive) return () => 'text';
      if (typeof name === 'symbol') return undefined;
      if (LIST_METHODS.includes(name)) return listMethod(name, path, asked);
      if (TEXT_METHODS.includes(name)) return 'text'[name as 'trim'].bind('text');
      if (name === 'length') return 1;
      const below = path === '' ? name : `${path} > ${name}`;
      asked.add(below);
      return anything(below, asked);
    },
    has: () => true,
  });
}

const LIST_METHODS = ['map', 'filter', 'flatMap', 'find', 'findIndex', 'some', 'forEach'];
const TEXT_METHODS = ['trim', 'includes', 'split', 'startsWith', 'replace', 'replaceAll'];

function listMethod(name: string, path: string, asked: Set<string>): unknown {
  const list = [anything(path, asked)];
  return (list[name as 'map'] as (...args: unknown[]) => unknown).bind(list);
}

/** Returns whether the fields contain a path; `all` and `type` contain everything below them. */
function covers(fields: Fields, path: string[]): boolean {
  if (typeof fields === 'string' || path.length === 0) return true;
  const [name, ...below] = path;
  const next = fields[name!];
  return next !== undefined && covers(next, below);
}

const imageWith = (fields: object): KubeObject => ({
  metadata: { name: 'sha256:a', uid: 'u', annotations: { 'openshift.io/image.managed': 'true' } },
  dockerImageReference: 'r/n/a@sha256:a',
  dockerImageMetadata: {
    Id: 'sha256:c',
    Size: 1,
    Created: '2026-01-01T00:00:00Z',
    Config: { Env: ['A=B'] },
    ContainerConfig: {},
    Architecture: 'amd64',
  },
  dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  dockerImageLayers: [{ name: 'sha256:l', size: 1, mediaType: 'm' }],
  dockerImageManifests: [{ digest: 'sha256:m', size: 1 }],
  ...fields,
});
/** An image that is unreadable as a whole must be unreadable with only these fields, too. */
const ODD_IMAGES = [
  imageWith({}),
  imageWith({ dockerImageMetadata: undefined }),
  imageWith({ dockerImageMetadata: null }),
  imageWith({ dockerImageMetadata: 'text' }),
  imageWith({ dockerImageMetadata: [1] }),
  ...[
    'Id',
    'Parent',
    'Comment',
    'Created',
    'Container',
    'ContainerConfig',
    'DockerVersion',
    'Author',
    'Config',
    'Architecture',
    'Size',
  ].flatMap((name) =>
    ['text', 1, { a: 1 }, [1], null, true].map((value) => imageWith({ dockerImageMetadata: { [name]: value } })),
  ),
  ...['text', {}, [1], ['x'], [{}], [{ name: 1, digest: 1 }], [null], null].flatMap((value) => [
    imageWith({ dockerImageLayers: value }),
    imageWith({ dockerImageManifests: value }),
  ]),
];

/** Objects of every kind from the recorded clusters, and unusual images. */
function recorded(resource: string): KubeObject[] {
  const objects = [...namedCases(), ...randomCases()].flatMap(({ cluster }) => cluster[resource] ?? []);
  return resource === 'images' ? [...objects, ...ODD_IMAGES] : objects;
}

/** Returns a reducer's result, or its error. */
function outcome(reduce: Reduce, object: unknown): unknown {
  try {
    return reduce(object as KubeObject);
  } catch (error) {
    return (error as Error).message;
  }
}

describe('LIST_FIELDS', () => {
  it.each(Object.keys(REDUCERS))('reads enough of every recorded object: %s', (resource) => {
    const reduce = REDUCERS[resource]!;
    for (const object of recorded(resource)) {
      const part = readJson(Buffer.from(JSON.stringify(object)), LIST_FIELDS[resource]!);
      expect(outcome(reduce, part)).toEqual(outcome(reduce, object));
    }
  });

  it.each(Object.keys(REFERRER_KINDS))('referrers are the same after they were packed into columns: %s', (resource) => {
    const referrers = recorded(resource).map(REDUCERS[resource]!) as Referrer[];
    expect(unpackReferrers(packReferrers(referrers))).toEqual(referrers);
  });

  it.each(Object.keys(REDUCERS))('has every field that the reducer of %s reads', (resource) => {
    const asked = new Set<string>();
    const fields = LIST_FIELDS[resource]!;
    try {
      REDUCERS[resource]!(anything('', asked) as KubeObject);
    } catch (error) {
      throw new Error(`the stand-in lacks something that the reducer of ${resource} uses`, { cause: error });
    }
    expect(asked.size).toBeGreaterThan(2);
    expect([...asked].filter((path) => !covers(fields, path.split(' > ')))).toEqual([]);
  });
});
