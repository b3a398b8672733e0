import fc from 'fast-check';
import { inlineKubeconfig } from '../../src/core/cluster/connection/untrusted-kubeconfig.js';
import { loadKubeconfig } from '../../src/core/cluster/connection/kubeconfig.js';
import { reducePage } from '../../src/core/cluster/lists/reduce-page.js';
import { readButane } from '../../src/core/edge/butane/read.js';
import { readIgnition } from '../../src/core/edge/ignition/read.js';
import { parsePrunerLine } from '../../src/core/hard-prune/plan/pruner-output.js';
import { parseManifest } from '../../src/core/orphans/gather/manifest.js';
import { parseDigest } from '../../src/core/model/digest.js';
import { CUSTOM_KINDS } from '../../src/core/model/referrers/custom/index.js';
import { reduceWholeImage } from '../../src/core/model/image-manifest.js';
import { parseDuration } from '../../src/core/model/values/duration.js';
import { RegadmError } from '../../src/core/model/errors.js';
import type { KubeObject } from '../../src/core/model/kube.js';
import { parseImageReference, parseStreamImage, parseStreamTag } from '../../src/core/model/image-reference.js';
import { parseMaxDelete } from '../../src/core/model/values/max-delete.js';
import { LIST_FIELDS } from '../../src/core/model/list-fields.js';
import { readPending } from '../../src/core/model/pending.js';
import { parseQuantity } from '../../src/core/model/values/quantity.js';
import { parseRedisUrl } from '../../src/core/operator/redis/address.js';
import { parseProtection } from '../../src/core/rule-files/protection.js';
import { Collector } from '../../src/core/saved-lists/collector.js';
import { parseDocuments } from '../../src/core/saved-lists/parse.js';
import { placeOf } from '../../src/core/saved-lists/place.js';
import { parsePlanFile } from '../../src/core/prune/plan/parse-plan-file.js';
import { checksum, toPlanFile, type PlanFile } from '../../src/core/prune/plan/plan-file.js';
import { registryErrorIn } from '../../src/core/registry/response/registry-message.js';
import { parseRegistryAddress } from '../../src/core/registry/url.js';
import { anImage, anImageStream, digest, NOW, pruneOptions } from '../support/builders.js';
import { clusters, optionSets, planOf, type Lists } from './clusters.js';

/** Number of inputs per parser. PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 100) };
/** Length of repetitive inputs. A parser that needs exponential time, or a deep stack, would not get through. */
const LONG = 20_000;

const UNITS = ['a', '0', '/', ':', '-', '.', '@', ' ', '\n', '\\', '"', '[', '{"a":', '- ', 'sha256:', '\u0000', 'é'];

/** Returns the references in an object of each custom kind, in which every field that names an image has this text. */
function imagesInCustomKinds(text: string): unknown {
  const named = { name: text, value: text, default: text, image: text, imageID: text, bundle: text, kind: text };
  const from = { kind: 'ImageStreamTag', name: text, namespace: text };
  const annotations = { 'hooks.kubevirt.io/hookSidecars': text, 'image.openshift.io/triggers': text };
  const spec = { params: [named, { ...named, name: 'a' }], steps: [named], registry: { url: text, imageStream: text } };
  const object = { metadata: { name: 'x', annotations }, spec: { ...spec, from }, parameters: [named] };
  return CUSTOM_KINDS.map(({ reduce }) => reduce(object as unknown as KubeObject));
}

/** A parser of text that comes from outside, and examples of what it accepts. */
interface Parser {
  parse(text: string): unknown;
  samples: string[];
}

const KUBECONFIG = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'c',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
  users: [{ name: 'u', user: { token: 'sha256~secret' } }],
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
});
const PLAN = JSON.stringify(
  toPlanFile(
    planOf(
      {
        images: [anImage(digest('image')).created('2025-01-01T00:00:00Z').object],
        imagestreams: [anImageStream('ns/app').created('2025-01-01T00:00:00Z').object],
      },
      pruneOptions(),
    ),
    'https://127.0.0.1:6443',
    NOW,
  ),
);

/** Gives a plan file valid checksums, as whoever edits it can, so that what is below them is parsed as well. */
function withChecksums(text: string): string {
  try {
    const { checksums: _, ...content } = JSON.parse(text) as PlanFile;
    return JSON.stringify({
      ...content,
      checksums: { options: checksum(content.options), content: checksum(content) },
    });
  } catch {
    return text;
  }
}

const listOf = (kind: string, item: object): string =>
  JSON.stringify({ kind: `${kind}List`, apiVersion: 'v1', metadata: { resourceVersion: '7' }, items: [item] });

/** Reads a file of saved lists. */
function collected(file: string, text: string): Collector {
  const collector = new Collector();
  collector.take(file, placeOf(file), parseDocuments(file, text));
  return collector;
}

const PARSERS: Record<string, Parser> = {
  'image reference': {
    parse: parseImageReference,
    samples: [`registry.example.org:5000/ns/app:v1@${digest('a')}`, 'app:latest', '[::1]:5000/ns/app'],
  },
  'stream tag': { parse: parseStreamTag, samples: ['app:latest'] },
  'stream image': { parse: parseStreamImage, samples: [`app@${digest('a')}`] },
  digest: { parse: parseDigest, samples: [digest('a'), `sha512:${'0'.repeat(128)}`] },
  'manifest in the storage or from the registry': {
    parse: parseManifest,
    samples: [
      `{"schemaVersion":2,"config":{"digest":"${digest('c')}","size":2},"layers":[{"digest":"${digest('a')}","size":3}]}`,
      `{"schemaVersion":2,"manifests":[{"digest":"${digest('m')}","size":2}],"subject":{"digest":"${digest('s')}"}}`,
      `{"schemaVersion":1,"fsLayers":[{"blobSum":"${digest('a')}"}]}`,
    ],
  },
  'manifest in an Image object': {
    parse: (text) => reduceWholeImage({ metadata: { name: digest('a') }, dockerImageManifest: text } as never),
    samples: [`{"schemaVersion":2,"layers":[{"digest":"${digest('a')}","size":3}]}`],
  },
  quantity: { parse: parseQuantity, samples: ['10Gi', '1e3', '-1.5m', '128974848'] },
  duration: { parse: parseDuration, samples: ['1h30m', '60m', '-1.5s', '0'] },
  'size limit': { parse: parseMaxDelete, samples: ['100', '10%', '10Gi'] },
  'images in custom kinds': {
    parse: imagesInCustomKinds,
    samples: [
      '$(params.a)',
      'docker://r.io/n/a:1',
      '{{workflow.parameters.a}}-${a}',
      '[{"image": "a:1"}]',
      'fedora:40',
    ],
  },
  'pending annotation': {
    parse: (text) => readPending({ 'regadm/pending': text }),
    samples: [digest('a'), JSON.stringify([digest('a')]), `${digest('a')},${digest('b')}`],
  },
  'output of the registry’s pruner': {
    parse: parsePrunerLine,
    samples: [
      `time="2026-01-01" level=info msg="Would delete blob: ${digest('a')}"`,
      `{"level":"info","msg":"Would delete manifest link: ns/app@${digest('a')}"}`,
      'Would free up 2.835 GiB of disk space',
    ],
  },
  'registry error': {
    parse: (text) => registryErrorIn({ status: 404, headers: {}, text } as never),
    samples: ['{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown"}]}'],
  },
  'registry address': { parse: parseRegistryAddress, samples: ['https://registry.example.org:5000', 'localhost:5000'] },
  'Redis URL': { parse: parseRedisUrl, samples: ['rediss://:secret@redis.example.org:6379/1'] },
  kubeconfig: { parse: (kubeconfigText) => loadKubeconfig({ kubeconfigText }, {}), samples: [KUBECONFIG] },
  'kubeconfig of a hub': { parse: (text) => inlineKubeconfig(text, 'secret ns/name'), samples: [KUBECONFIG] },
  'plan file': { parse: (text) => parsePlanFile('plan.json', withChecksums(text)), samples: [PLAN] },
  'protection list': {
    parse: (text) => parseProtection('protect.yaml', text),
    samples: ['namespaces: [prod-*]\nstreams: [ns/app]\ntags: ["ns/app:v*"]\n', `digests: [${digest('a')}]\n`],
  },
  'saved list in JSON': {
    parse: (text) => collected('pods.json', text),
    samples: [listOf('Pod', { metadata: { name: 'a', namespace: 'ns' }, spec: { containers: [{ name: 'c' }] } })],
  },
  'saved list in YAML': {
    parse: (text) => collected('namespaces/ns/core/pods.yaml', text),
    samples: [
      '---\napiVersion: v1\nkind: PodList\nmetadata: {}\nitems:\n- metadata: {name: a}\n  spec: {containers: [{}]}\n',
    ],
  },
  Butane: {
    parse: (text) => readButane('site.bu', text),
    samples: ['variant: fcos\nversion: 1.3.0\nstorage:\n  disks:\n    - device: /dev/sda\n      partitions: []\n'],
  },
  Ignition: {
    parse: (text) => readIgnition(JSON.parse(text)),
    samples: ['{"ignition":{"version":"3.2.0"},"storage":{"disks":[{"device":"/dev/sda","partitions":[]}]}}'],
  },
  ...Object.fromEntries(
    Object.keys(LIST_FIELDS).map((resource): [string, Parser] => [
      `list of ${resource}`,
      {
        parse: (text) => reducePage(resource, Buffer.from(text)),
        samples: [listOf(resource, { metadata: { name: 'a' } })],
      },
    ]),
  ),
};

const oddText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.json({ noUnicodeString: false }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ud800',
    '{"toString":1}',
    '[[[[',
    '%00',
    '-',
  ),
);

/** A sample in which one part is replaced, removed, or repeated. */
const mutated = (samples: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat({ max: 20 }), oddText, fc.integer({ min: 0, max: 3 }))
    .map(([sample, at, length, text, times]) => {
      const start = at % (sample.length + 1);
      return sample.slice(0, start) + text.repeat(times) + sample.slice(start + length);
    });

/** Errors that a parser throws itself: reducePage reports a page that is not a list as a plain Error. */
function expectOrderlyError(error: unknown): void {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) throw error;
  expect(error).toBeInstanceOf(Error);
  if (error instanceof RegadmError) expect(error.code).not.toBe('INTERNAL');
}

function tryParse({ parse }: Parser, text: string): void {
  try {
    parse(text);
  } catch (error) {
    expectOrderlyError(error);
  }
}

describe.each(Object.entries(PARSERS))('%s', (_name, parser) => {
  test('accepts its samples', () => {
    for (const sample of parser.samples) expect(parser.parse(sample)).toBeDefined();
  });

  test('any text is parsed or rejected in order', () => {
    fc.assert(
      fc.property(fc.oneof(mutated(parser.samples), oddText), (text) => tryParse(parser, text)),
      RUNS,
    );
  });

  test('long repetitions are parsed in bounded time', () => {
    for (const unit of UNITS) {
      const long = unit.repeat(LONG / unit.length);
      tryParse(parser, long);
      tryParse(parser, `${parser.samples[0]}${long}`);
      tryParse(parser, `${long}!`);
    }
  });
});

/** Values that a tenant, or a server, can put in any field. */
const oddValue = fc.oneof(
  fc.constantFrom(null, true, 0, -1, 1e308, '', [], {}, [null], [[]], { metadata: null }, 'sha256:'),
  fc.constantFrom(digest('layer 1').toUpperCase(), `${digest('layer 1')}?x`, `${digest('layer 1')}/../x`, '../../x'),
  fc.jsonValue({ maxDepth: 3 }),
  oddText,
);

/** Replaces the value at a path that the numbers choose. The objects' own names stay. */
function replaceSomewhere(value: unknown, choices: number[], replacement: unknown): unknown {
  const [choice, ...rest] = choices;
  if (typeof value !== 'object' || value === null || choice === undefined) return replacement;
  const keys = Object.keys(value).filter((key) => !['name', 'namespace', 'uid'].includes(key));
  if (keys.length === 0) return replacement;
  const key = keys[choice % keys.length]!;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  copy[key] = replaceSomewhere(copy[key], rest, replacement);
  return copy;
}

/** Gives a value the names of an object: lists with objects without names are rejected before a plan is made. */
function named(value: unknown, { metadata: { name, namespace, uid } }: KubeObject): KubeObject {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Partial<KubeObject>;
  const metadata = (typeof object.metadata === 'object' ? object.metadata : {}) as object;
  return { ...object, metadata: { ...metadata, name, namespace, uid } };
}

test('a plan is made, or refused in order, with any value in any field of an object', () => {
  const path = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(clusters, optionSets, fc.nat(), fc.nat(), path, oddValue, (lists, options, list, item, at, value) => {
      const names = Object.keys(lists).filter((name) => lists[name]!.length > 0);
      if (names.length === 0) return;
      const name = names[list % names.length]!;
      const objects = [...lists[name]!];
      const index = item % objects.length;
      objects[index] = named(replaceSomewhere(objects[index], at, value), objects[index]!);
      const hostile: Lists = { ...lists, [name]: JSON.parse(JSON.stringify(objects)) as KubeObject[] };
      try {
        planOf(hostile, options);
      } catch (error) {
        expectOrderlyError(error);
      }
    }),
    { numRuns: RUNS.numRuns * 5 },
  );
});
