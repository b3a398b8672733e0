import fc from 'fast-check';
import { readJson } from '../../../../src/core/cluster/lists/json-reader.js';
import type { Fields } from '../../../../src/core/model/kube.js';

/** All texts are read from the same memory, as pages are. */
const MEMORY = Buffer.alloc(1024 * 1024);

function read(text: string, fields: Fields): unknown {
  return readJson(MEMORY.subarray(0, MEMORY.write(text)), fields);
}

/** Computes the expected result of `readJson` from the parsed value. */
function pick(value: unknown, fields: Fields): unknown {
  if (fields === 'all') return value;
  if (fields === 'type') {
    if (typeof value === 'string') return '';
    if (Array.isArray(value)) return [];
    return typeof value === 'object' && value !== null ? {} : value;
  }
  if (Array.isArray(value)) return value.map((entry) => pick(entry, fields));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) =>
      Object.hasOwn(fields, key) ? [[key, pick(below, fields[key]!)]] : [],
    ),
  );
}

describe('readJson', () => {
  const fields: Fields = {
    metadata: { name: 'all', labels: 'type' },
    items: { name: 'all', size: 'all', 'ä"\\': 'all' },
  };

  it('remembers names apart from the memory of a page, which later pages use', () => {
    const annotations: Fields = { metadata: { annotations: { kept: 'all' } } };
    read('{"metadata":{"annotations":{"x/y":"q","kept":"true"}}}', annotations);
    // Where the first page had `x/y`, this one has `true`.
    for (const value of ['true', 'false', 'x/y'])
      expect(read(`{"metadata":{"annotations":{"kept":"${value}"}}}`, annotations)).toEqual({
        metadata: { annotations: { kept: value } },
      });
  });

  it('creates values for the given fields only', () => {
    const text =
      '{"metadata": {"name":"a","uid":"u","labels":{"x":"}]"}}, "spec":[1,[2,{"a":"\\""}]], "items":[{"name":"b","size":12,"env":["]"]},{}]}';
    expect(read(text, fields)).toEqual({ metadata: { name: 'a', labels: {} }, items: [{ name: 'b', size: 12 }, {}] });
  });

  it.each([
    ['escapes and other alphabets', '{"items":[{"name":"\\u00e4\\n\\"ü→😀"}]}'],
    ['names with escapes', '{"items":[{"\\u006eame":"x","\\u00e4\\"\\\\":1}]}'],
    ['backslashes before a quote', '{"items":[{"other":"\\\\","name":"a\\\\\\""}]}'],
    ['numbers of every form', '{"items":[{"size":-1.5e3},{"size":0},{"size":12345678901234567890},{"size":123}]}'],
    ['null, true and false', '{"items":[{"name":null,"size":true},null,false,"x"]}'],
    ['a name twice, of which the last counts', '{"items":[{"name":"a","name":"b"}]}'],
    ['space between everything', ' {\n\t"items" : [ { "name" : "a" , "x" : [ ] } ] , "z" : { } }\r\n'],
    ['values of another type than expected', '{"metadata":[{"name":"x"}],"items":"none"}'],
  ])('reads %s as JSON.parse does', (_what, text) => {
    expect(read(text, fields)).toEqual(pick(JSON.parse(text), fields));
  });

  it.each([
    '',
    '{',
    '{"items":[',
    '{"items":[{"name":"a"}',
    '{"items":[{"name":"a}',
    '{"x":[1,2}',
    '{"x":{"y":1]}',
    '{"items":[{"name":"a"}]} {}',
    '{"items":[{"name":"a"} {"name":"b"}]}',
    '{"items":[{"name" "a"}]}',
    '{"items":[{"size":1a}]}',
    '{"items":[{"size":}]}',
    '{items:[]}',
    '<html>',
  ])('refuses %j', (text) => {
    expect(() => read(text, fields)).toThrow(SyntaxError);
  });

  it('agrees with JSON.parse on any document', () => {
    const wanted: Fields = { a: 'all', b: { a: 'all', b: 'type', c: { a: 'type' } }, c: 'type', '"': 'all' };
    const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '"', '\\'), fc.string());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (document, space) => {
        const text = JSON.stringify(document, null, space);
        const whole = JSON.parse(text) as unknown;
        expect(read(text, wanted)).toEqual(pick(whole, wanted));
        expect(read(text, 'all')).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('reads objects with names in any order, and with more names than it remembers', () => {
    const names = [
      'a',
      'b',
      'ab',
      'abc',
      '',
      'a\\',
      'a"',
      '\u0000',
      ...Array.from({ length: 100 }, (_, at) => `b${at}`),
    ];
    const wanted: Fields = { a: 'all', ab: { a: 'all', ab: 'all' }, 'a\\': 'all', 'a"': 'all', b99: 'all' };
    const object = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.constant(1), fc.constant('"a":{'), fc.constant([])),
    );
    const objects = fc.array(fc.dictionary(fc.constantFrom(...names), fc.oneof(object, fc.constant('a'))));
    fc.assert(
      fc.property(objects, (list) => {
        expect(read(JSON.stringify(list), wanted)).toEqual(pick(list, wanted));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['lists', '[', ']', '{"metadata":{"labels":[]}}'],
    ['objects', '{"a":', '}', '{"metadata":{"labels":{}}}'],
  ])('skips %s of any depth', (_what, open, close, expected) => {
    const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    const text = `{"other":${deep},"metadata":{"labels":${deep}},"items":[{"other":${deep},"name":"a"}]}`;
    expect(read(text, fields)).toEqual({ ...(JSON.parse(expected) as object), items: [{ name: 'a' }] });
    expect(() => read(`{"other":${deep.slice(0, -1)}]]}`, fields)).toThrow(SyntaxError);
  });

  it('states that a requested value is nested too deeply, also after a deep value that it skipped', () => {
    const deep = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
    expect(read(`{"other":${deep(5000)},"items":[{"name":${deep(512)}}]}`, fields)).toHaveProperty('items.0.name');
    expect(() => read(`{"other":${deep(5000)},"items":[{"name":${deep(513)}}]}`, fields)).toThrow(
      'a value is nested more than 512 levels deep',
    );
  });

  it('rejects every document that is cut off', () => {
    const text = '{"metadata":{"name":"a"},"x":[{"y":"z\\"","n":[1]}],"items":[{"name":"b","size":12}]}';
    for (let length = 0; length < text.length; length++)
      expect(() => read(text.slice(0, length), fields)).toThrow(SyntaxError);
  });
});
