import fc from 'fast-check';
import { reducePage, type ReducedPage } from '../../../../src/core/cluster/lists/reduce-page.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { LIST_FIELDS } from '../../../../src/core/model/list-fields.js';
import { namedCases, randomCases } from '../../../support/conformance/conformance-cases.js';

type Outcome = ReducedPage | { error: string };

/** Reduces a page, or returns why it is refused. */
function outcome(resource: string, body: Buffer, isOnly: boolean): Outcome {
  try {
    return reducePage(resource, body, isOnly);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Expects the same of a page, whether it is the only one of its list or not. */
function expectSame(resource: string, page: string | Buffer): void {
  const body = Buffer.from(page as string);
  expect(outcome(resource, body, true)).toEqual(outcome(resource, body, false));
}

const HEAD = '"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1","remainingItemCount":null}';
const pageOf = (...items: string[]): string => `{${HEAD},"items":[${items.join()}]}`;
const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const podWith = (fields: string): string =>
  `{"metadata":{"name":"a","namespace":"n","uid":"u"},"spec":{"containers":[{"name":"c","image":"r/n/a:b"}]}${fields}}`;
const POD = podWith('');

describe('the only page of a list is read like one of several', () => {
  const resources = [...Object.keys(LIST_FIELDS), 'limitranges'];

  it.each(resources)('with recorded objects: %s', (resource) => {
    const objects = [...namedCases(), ...randomCases()].flatMap(({ cluster }) => cluster[resource] ?? []);
    expectSame(resource, pageOf(...objects.map((object) => JSON.stringify(object))));
    for (const object of objects.slice(0, 20)) expectSame(resource, pageOf(JSON.stringify(object, null, 2)));
  });

  /** Values below names that reducers read, and any others. */
  const names = (fields: unknown): string[] =>
    typeof fields === 'object' && fields !== null
      ? Object.entries(fields).flatMap(([name, below]) => [name, ...names(below)])
      : [];
  const key = fc.oneof(
    fc.constantFrom(...new Set(names(LIST_FIELDS)), '__proto__', 'constructor', 'toString'),
    fc.string(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'sha256:a', '{"layers":[]}', '2026-01-01T00:00:00Z'),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  /** Changes one value of a recorded object. */
  function changed(object: unknown, at: number, to: unknown): unknown {
    if (typeof object !== 'object' || object === null) return to;
    const keys = Object.keys(object);
    if (keys.length === 0) return to;
    const name = keys[at % keys.length]!;
    const below = changed((object as Record<string, unknown>)[name], Math.floor(at / keys.length), to);
    return Array.isArray(object)
      ? object.map((entry: unknown, index) => (index === Number(name) ? below : entry))
      : { ...object, [name]: below };
  }

  it.each(resources)('with any value in any place: %s', (resource) => {
    const recorded = namedCases().flatMap(({ cluster }) => cluster[resource] ?? []);
    const samples: KubeObject[] = recorded.length > 0 ? recorded : [JSON.parse(POD) as KubeObject];
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), value, (object, at, to) => {
        expectSame(resource, pageOf(JSON.stringify(changed(object, at, to))));
        expectSame(resource, pageOf(JSON.stringify(to)));
      }),
      { numRuns: 300 },
    );
  });

  it('with any byte changed', () => {
    const text = Buffer.from(pageOf(podWith(',"x":"\\u00e4ü"'), POD.replace('"u"', '"v"')));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
        const body = Buffer.from(text);
        body[at] = byte;
        expectSame('pods', body);
        expectSame('pods', body.subarray(0, at));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a name that occurs twice', pageOf('{"metadata":{"name":"a"},"metadata":{"name":"b","uid":"u"}}')],
    ['items with other names before the last ones', `{${HEAD},"items":[${POD},${POD}],"items":[${POD}]}`],
    ['items twice', `{${HEAD},"items":[{}],"items":[${POD}]}`],
    [
      'names with escapes',
      pageOf('{"metadata":{"\\u006eame":"a","uid":"u"},"sp\\u0065c":{"containers":[{"image":"x"}]}}'),
    ],
    ['__proto__', pageOf('{"__proto__":{"metadata":{"name":"a"}}}', podWith(',"__proto__":{"status":{"phase":1}}'))],
    ['large numbers', pageOf(podWith(',"status":{"phase":1e999}')).replace('null', '12345678901234567890')],
    ['a byte order mark', `\uFEFF${pageOf(POD)}`],
    ['what follows it', `${pageOf(POD)}{}`],
    ['an error in a skipped value', pageOf(podWith(',"x":tru'))],
    ['a deep value that is skipped', pageOf(podWith(`,"x":${nested(5000)}`))],
    ['a deep value', pageOf(podWith(`,"status":{"phase":${nested(512)}}`))],
    ['a value that is too deep', pageOf(podWith(`,"status":{"phase":${nested(513)}}`))],
    ['deep lists', pageOf(podWith(`,"status":${nested(511)}`))],
    ['lists that are too deep', pageOf(podWith(`,"status":${nested(512)}`))],
    ['metadata that are too deep', `{"metadata":{"x":${nested(512)}},"items":[]}`],
    ['items that are not a list', `{${HEAD},"items":{"map":1}}`],
    ['no items', `{${HEAD}}`],
    ['a list instead of a page', `[${POD}]`],
    ['null', 'null'],
    ['nothing', ''],
  ])('with %s', (_what, page) => {
    for (const resource of ['pods', 'images', 'limitranges']) expectSame(resource, page);
  });
});
