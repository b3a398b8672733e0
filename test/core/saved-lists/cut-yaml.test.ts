import { stringify } from 'yaml';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { Collector } from '../../../src/core/saved-lists/collector.js';
import type { SavedResource } from '../../../src/core/saved-lists/kinds.js';
import { parseDocuments } from '../../../src/core/saved-lists/parse.js';
import { placeOf } from '../../../src/core/saved-lists/place.js';
import { anOrdinaryImage } from '../../support/builders.js';
import { item } from '../../support/saved-lists.js';

const TEMPLATE = {
  metadata: { creationTimestamp: null, labels: { app: 'web' } },
  spec: {
    containers: [
      { image: 'registry.example.org/ns/app@sha256:abc', imagePullPolicy: 'Always', name: 'first', resources: {} },
      { image: 'registry.example.org/ns/app:2', imagePullPolicy: 'Always', name: 'second', resources: {} },
    ],
    dnsPolicy: 'ClusterFirst',
    initContainers: [{ image: 'registry.example.org/ns/init:1', name: 'init', resources: {} }],
    restartPolicy: 'Always',
  },
};
const FROM = { from: { kind: 'ImageStreamTag', name: 'base:1', namespace: 'ns' } };

/** An object of each resource, as `oc get -o yaml` writes it: keys in alphabetical order. */
const OBJECTS: [SavedResource, string, object][] = [
  ['deployments', 'apps/v1', { spec: { replicas: 1, template: TEMPLATE }, status: { replicas: 1 } }],
  ['cronjobs', 'batch/v1', { spec: { jobTemplate: { spec: { template: TEMPLATE } } }, status: {} }],
  ['replicationcontrollers', 'v1', { spec: { replicas: 1, template: TEMPLATE }, status: { replicas: 1 } }],
  [
    'deploymentconfigs',
    'apps.openshift.io/v1',
    { spec: { template: TEMPLATE, triggers: [{ type: 'ConfigChange' }] }, status: { latestVersion: 1 } },
  ],
  [
    'builds',
    'build.openshift.io/v1',
    { spec: { output: {}, source: {}, strategy: { dockerStrategy: FROM }, triggeredBy: [] }, status: { phase: 'New' } },
  ],
  [
    'buildconfigs',
    'build.openshift.io/v1',
    { spec: { output: {}, source: {}, strategy: { sourceStrategy: FROM }, triggers: [] }, status: { lastVersion: 1 } },
  ],
  ['pods', 'v1', { spec: TEMPLATE.spec, status: { phase: 'Running' } }],
];
const METADATA = { creationTimestamp: '2020-01-01T00:00:00Z', name: 'web', namespace: 'ns', uid: 'u' };

/** Returns a file as `oc get -o yaml` writes it. */
function file(resource: SavedResource, apiVersion: string, more: object): string {
  const { kind } = item(resource, { metadata: METADATA }) as { kind: string };
  return stringify({ apiVersion, kind, metadata: METADATA, ...more });
}

/** Reads a file in the way of `--from`. @returns the objects; undefined if it is refused */
function read(text: string, path = 'web.yaml'): Collector['lists'] | undefined {
  const collector = new Collector();
  try {
    collector.take(path, placeOf(path), parseDocuments(path, text));
  } catch {
    return undefined;
  }
  return collector.problems.length > 0 ? undefined : collector.lists;
}

/** Returns all places at which the end of a file can be missing. */
const cuts = (text: string): string[] => Array.from({ length: text.length - 1 }, (_, at) => text.slice(0, at + 1));

test.each(OBJECTS)('a file with one object of %s is refused, wherever it was cut before the status', (...object) => {
  const text = file(...object);
  const [resource] = object;
  const whole = read(text)![resource]![0]!;
  for (const cut of cuts(text)) {
    const objects = read(cut);
    if (objects !== undefined) expect([cut, objects[resource]?.[0]?.spec]).toEqual([cut, whole.spec]);
  }
});

test('a file with an image is refused, wherever it was cut before its metadata', () => {
  const { dockerImageLayers, dockerImageMetadata, dockerImageReference, metadata } = anOrdinaryImage('new')
    .object as KubeObject & Record<string, unknown>;
  const text = stringify({
    apiVersion: 'image.openshift.io/v1',
    dockerImageLayers,
    dockerImageMetadata,
    dockerImageReference,
    kind: 'Image',
    metadata: { name: metadata.name },
  });
  for (const cut of cuts(text)) {
    const objects = read(cut);
    if (objects !== undefined) expect([cut, objects.images]).toEqual([cut, read(text)!.images]);
  }
});

test('a file with a build is refused, wherever its status was cut before the phase', () => {
  const output = { to: { imageDigest: 'sha256:abc' } };
  const text = file('builds', 'build.openshift.io/v1', {
    spec: { strategy: { dockerStrategy: FROM } },
    status: { output, phase: 'New' },
  });
  for (const cut of cuts(text)) {
    const objects = read(cut);
    if (objects !== undefined) expect([cut, objects.builds?.[0]?.status]).toMatchObject([cut, { output }]);
  }
});

test('a list is refused, before or after whichever line break it was cut before its metadata', () => {
  const items = OBJECTS.map(([resource, apiVersion, more]) => ({
    apiVersion,
    ...item(resource, { metadata: METADATA }),
    ...more,
  }));
  const text = stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
  const atLineBreaks = cuts(text).filter((cut) => cut.endsWith('\n') || text[cut.length] === '\n');
  for (const cut of atLineBreaks) {
    const objects = read(cut);
    if (objects !== undefined) expect([cut.slice(-40), objects]).toEqual([cut.slice(-40), read(text)]);
  }
});

test.each([
  ['JSON in a YAML file', (text: string) => text.trim()],
  ['a document with an end marker', (text: string) => `${text}...`],
  ['Windows line breaks', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a document that another one follows', (text: string) => `---\n${text}---\n${file(...OBJECTS[6]!)}`],
])('%s can be read', (what, change) => {
  const whole = file(...OBJECTS[0]!);
  const text = what.startsWith('JSON') ? JSON.stringify(read(whole)!.deployments![0]) : whole;
  expect(read(change(text))!.deployments).toEqual(read(whole)!.deployments);
});

test('a document without status is accepted if another one follows', () => {
  const manifest = stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: METADATA,
    spec: { template: TEMPLATE },
  });
  expect(read(manifest)).toBeUndefined();
  expect(read(`${manifest}---\n${file(...OBJECTS[6]!)}`)).toBeDefined();
  expect(
    read(JSON.stringify({ kind: 'Deployment', metadata: METADATA, spec: { template: TEMPLATE } }), 'web.json'),
  ).toBeDefined();
});
