import { anyObjectReducer } from '../../../../src/core/model/referrers/any-object.js';
import { digest } from '../../../support/builders.js';

const HOST = 'registry.svc:5000';
const reduce = anyObjectReducer('Service.serving.knative.dev', [HOST, 'registry.apps.example.org']);

/** Returns the references in one string of an object. */
function inText(text: string): string[] {
  return reduce({ metadata: { name: 'web' }, spec: { text } }).references.map((one) => one.text);
}

test('an object is reduced to what its strings name, with their paths', () => {
  const found = reduce({
    metadata: { namespace: 'ns', name: 'web', managedFields: [`q.io/a/b@${digest('m')}`] },
    spec: {
      steps: [{ image: `docker://quay.io/team/app@${digest('x')}` }, { image: 'quay.io/team/app:v1' }],
      'odd.key': `${HOST}/ns/app:v1`,
      byDigest: { [digest('key')]: 5 },
      nothing: null,
    },
  });
  expect(found).toEqual({
    kind: 'Service.serving.knative.dev',
    namespace: 'ns',
    name: 'web',
    anywhere: true,
    references: [
      { field: 'spec.steps[0].image', form: 'pull-spec', text: `quay.io/team/app@${digest('x')}`, extended: true },
      { field: 'spec["odd.key"]', form: 'pull-spec', text: `${HOST}/ns/app:v1`, extended: true },
      { field: `spec.byDigest["${digest('key')}"]`, form: 'digest', text: digest('key'), extended: true },
    ],
  });
});

describe('a name without a host and a namespace counts in a field for images', () => {
  test.each([
    ['a Tekton step', { steps: [{ image: 'app' }] }, ['spec.steps[0].image app']],
    ['CDI', { source: { registry: { imageStream: 'app:v1' } } }, ['spec.source.registry.imageStream app:v1']],
    ['a list', { baseImages: ['app', 'db:v1'] }, ['spec.baseImages[0] app', 'spec.baseImages[1] db:v1']],
    ['the same word as the key', { image: 'image' }, ['spec.image image']],
    ['a digest', { image: `app@${digest('x')}` }, [`spec.image app@${digest('x')}`]],
    ['another field', { name: 'app' }, []],
    ['a text', { image: 'the app' }, []],
    ['a number', { image: 5 }, []],
  ])('%s', (_, spec, expected) => {
    const { references } = reduce({ metadata: { namespace: 'ns', name: 'web' }, spec });
    expect([...new Set(references.map(({ field, text }) => `${field} ${text}`))]).toEqual(expected);
  });
});

describe('a digest counts anywhere in a string', () => {
  const d = digest('used');

  test.each([
    ['a whole string', d, d],
    ['a pull spec', `quay.io/team/app@${d}`, `quay.io/team/app@${d}`],
    ['a pull spec with a tag', `quay.io/team/app:v1@${d}`, `quay.io/team/app:v1@${d}`],
    ['what a container runtime reports', `docker-pullable://quay.io/team/app@${d}`, `quay.io/team/app@${d}`],
    ['a Kustomize image', `app=${HOST}/ns/app@${d}`, `${HOST}/ns/app@${d}`],
    ['Helm values', `replicas: 0\nimage: ${HOST}/ns/app@${d}\n`, `${HOST}/ns/app@${d}`],
    ['an argument', `--image=${HOST}/ns/app@${d} --verbose`, `${HOST}/ns/app@${d}`],
    ['JSON', `{"image":"${HOST}/ns/app@${d}","digest":"x"}`, `${HOST}/ns/app@${d}`],
    ['escaped text', `a\\n${d}\\nb`, d],
    ['JSON with escaped characters', `{"digest":"${d.replace(':', '\\u003a')}"}`, d],
    ['a pull spec that is not valid', `quay.io/Team/App@${d}`, d],
    ['upper case', `see ${d.toUpperCase()}`, d],
    ['more digits', `${d}00`, d],
    ['the end of a long string', `${HOST}/ns/app@${d}`.padStart(1_000_000, 'x'), d],
  ])('%s', (_, text, expected) => {
    expect(inText(text)).toEqual([expected]);
  });

  test('each digest of a string counts once', () => {
    expect(inText(`${d},${digest('other')} ${d}`)).toEqual([d, digest('other')]);
  });

  test('fewer digits are not a digest', () => {
    expect(inText(d.slice(0, -1))).toEqual([]);
  });
});

describe('a tag counts anywhere in a string if a host of the registry precedes it', () => {
  test.each([
    ['a whole string', `${HOST}/ns/app:v1`, [`${HOST}/ns/app:v1`]],
    ['without a tag', `${HOST}/ns/app`, [`${HOST}/ns/app`]],
    ['another host of the registry', 'registry.apps.example.org/ns/app:v1', ['registry.apps.example.org/ns/app:v1']],
    ['a scheme', `docker://${HOST}/ns/app:v1`, [`${HOST}/ns/app:v1`]],
    ['an argument', `--image=${HOST}/ns/app:v1 --verbose`, [`${HOST}/ns/app:v1`]],
    ['two images', `${HOST}/ns/app:v1,${HOST}/ns/db`, [`${HOST}/ns/app:v1`, `${HOST}/ns/db`]],
    ['a sentence', `See ${HOST}/ns/app:v1.`, [`${HOST}/ns/app:v1.`, `${HOST}/ns/app:v1`]],
    ['escaped text', `a\\n${HOST}/ns/app:v1\\nb`, [`${HOST}/ns/app:v1`]],
    ['a host in upper case', `${HOST.toUpperCase()}/ns/app:v1`, [`${HOST}/ns/app:v1`]],
    ['JSON with escaped slashes', `{"image":"${HOST}\\/ns\\/app:v1"}`, [`${HOST}/ns/app:v1`]],
    ['JSON with escaped characters', `{"image":"${HOST}\\u002Fns\\u002fapp\\u003av1"}`, [`${HOST}/ns/app:v1`]],
    ['JSON in JSON', `{"json":"{\\"image\\":\\"${HOST}\\\\/ns\\\\/app:v1\\"}"}`, [`${HOST}/ns/app:v1`]],
    ['a reference before a backslash', `${HOST}/ns/app\\/more`, [`${HOST}/ns/app`]],
    ['a digest that is cut off', `${HOST}/ns/app@sha256:0123`, [`${HOST}/ns/app`]],
    ['the end of a long string', `${HOST}/ns/app:v1`.padStart(1_000_000, 'x'), [`${HOST}/ns/app:v1`]],
  ])('%s', (_, text, expected) => {
    expect(inText(text)).toEqual(expected);
  });

  test.each([
    ['the host alone', HOST],
    ['one component', `${HOST}/alone`],
    ['three components', `${HOST}/ns/app/more:v1`],
    ['upper case', `${HOST}/NS/App:v1`],
    ['another host', 'quay.io/ns/app:v1'],
  ])('but not %s', (_, text) => {
    expect(inText(text)).toEqual([]);
  });

  test('a digest decides, not the tag before it', () => {
    const image = `${HOST}/ns/app:v1@${digest('used')}`;
    expect(inText(image)).toEqual([image]);
  });
});

test('strings with very many hosts and digests are searched in linear time', () => {
  const digests = Array.from({ length: 10_000 }, (_, at) => digest(at));
  const found = inText(digests.map((one) => `${HOST}/ns/app@${one}`).join(''));
  expect(found).toHaveLength(digests.length);
  expect(inText(`${HOST}/ns/app:v1 `.repeat(50_000))).toEqual([`${HOST}/ns/app:v1`]);
  expect(inText(`${'a.-/:'.repeat(200_000)}@`)).toEqual([]);
  expect(inText('\\'.repeat(1_000_000))).toEqual([]);
});
