import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readReferrers } from '../../../src/core/rule-files/referrers.js';

const HEADER = 'apiVersion: regadm/v1\nkind: Referrers\n';
const directory = mkdtempSync(path.join(tmpdir(), 'regadm-referrers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function read(text: string) {
  const file = path.join(directory, 'referrers.yaml');
  writeFileSync(file, text);
  return readReferrers(file);
}

/** Returns the message of the error, with the name of the file alone. */
async function problemsIn(text: string): Promise<string> {
  const error = await read(text).then(
    () => new Error('the file is valid'),
    (cause: unknown) => cause as Error,
  );
  return error.message.replaceAll(`${directory}/`, '');
}

const entry = (text: string): string => `${HEADER}resources:\n  - ${text}\n`;
const withPath = (jsonPath: string): string =>
  entry(`{ resource: things.example.com/v1, images: [${JSON.stringify(jsonPath)}] }`);

test('a file declares resources of any group, with the lines of its paths', async () => {
  const { resources } = await read(`${HEADER}resources:
  - resource: things.example.com/v1
    images:
      - $.spec.containers[*].image
    imageStreamTags:
      - $.spec.source.imageStream
  - { resource: configmaps/v1, images: ["$.data['image']"] }
`);
  expect(resources).toMatchObject([
    {
      resource: 'things',
      group: 'example.com',
      version: 'v1',
      line: 4,
      images: [{ text: '$.spec.containers[*].image', line: 6 }],
      imageStreamTags: [{ text: '$.spec.source.imageStream', line: 8 }],
    },
    { resource: 'configmaps', group: '', version: 'v1', images: [{ text: "$.data['image']" }], imageStreamTags: [] },
  ]);
});

test.each<[string, string, string | RegExp]>([
  ['an empty file', '', 'referrers.yaml:1: the file is empty'],
  ['another kind', 'apiVersion: regadm/v1\nkind: Referrer\nresources: []', /kind: must be Referrers, not "Referrer"/],
  ['no resources', HEADER, /resources: is missing; it must be a list of resources/],
  ['an empty list', `${HEADER}resources: []`, /:3: resources: must have at least one resource/],
  ['a mapping', `${HEADER}resources: {}`, /:3: resources: must be a list of resources, not a mapping$/m],
  ['an unknown field', entry('{ resource: a.b/v1, image: ["$.a"] }'), /unknown field, did you mean images\?/],
  ['no path', entry('{ resource: a.b/v1 }'), /:4: resources\[0\]: needs images or imageStreamTags/],
  ['an empty list of paths', entry('{ resource: a.b/v1, images: [] }'), /images: must have at least one JSONPath/],
  [
    'no resource',
    entry('{ images: ["$.a"] }'),
    /resources\[0\].resource: is missing; it must be PLURAL.GROUP\/VERSION/,
  ],
  ['a kind', entry('{ resource: Thing, images: ["$.a"] }'), /must be PLURAL.GROUP\/VERSION, .* not "Thing"/],
  ['a subresource', entry('{ resource: a.b/v1/status, images: ["$.a"] }'), /must be PLURAL.GROUP\/VERSION/],
  [
    'a resource twice',
    `${entry('{ resource: a.b/v1, images: ["$.a"] }')}  - { resource: a.b/v2, images: ["$.b"] }\n`,
    /:5: resources\[1\].resource: occurs twice/,
  ],
  ['a number as a path', entry('{ resource: a.b/v1, images: [1] }'), /images\[0\]: must be text/],
])('%s is refused with file, line and field', async (_, text, message) => {
  expect(await problemsIn(text)).toMatch(message);
});

test('all mistakes are reported at once', async () => {
  const message = await problemsIn(entry('{ resource: A, images: [spec.image, "$.a[?(@.b)]"], tags: [] }'));
  expect(message.split('\n')).toHaveLength(4);
});

test.each([
  ['$.spec.containers[?(@.name=="a")].image', 'has a filter or a script'],
  ['$.spec.containers[(@.length-1)].image', 'has a filter or a script'],
  ['$..[?(process.exit(1))]', 'has a filter or a script'],
  ['$..a..b', 'has more than one ..'],
  ['{.spec.image}', 'has braces'],
  ['spec.image', 'does not start with $'],
  ["$['?(@.b)']", 'has a filter or a script'],
  ['$.list[0,0]', 'has a union'],
  ["$['a','b']", 'has a union'],
  ['$', 'is not a JSONPath'],
  ['$..*', 'is not a JSONPath'],
  ['$..', 'is not a JSONPath'],
  ['$.spec.$', 'is not a JSONPath'],
  ["$['*']", 'is not a JSONPath'],
  ["$['#0']", 'is not a JSONPath'],
  ['$.spec.', 'is not a JSONPath'],
  ['$.spec[', 'is not a JSONPath'],
  ['$.spec^', 'is not a JSONPath'],
  ['$.spec~', 'is not a JSONPath'],
  ['$.spec@string()', 'is not a JSONPath'],
  ['$.spec.`image', 'is not a JSONPath'],
  ['$["a\\"]', 'is not a JSONPath'],
  [`$.${'a'.repeat(600)}`, 'has more than 500 characters'],
])('the path %s is refused', async (jsonPath, message) => {
  expect(await problemsIn(withPath(jsonPath))).toContain(message);
});

const OBJECT = {
  spec: { steps: [{ image: 'a', args: ['x'] }, { image: 'b' }], 'x.y/z': 'c', main: { image: 'd' } },
  list: ['e', 'f'],
};

test.each<[string, [unknown, string][]]>([
  ['$.spec.steps[*].image', [['a', 'spec.steps[0].image'], ['b', 'spec.steps[1].image']]], // prettier-ignore
  ['$.spec.steps[0].image', [['a', 'spec.steps[0].image']]],
  ['$.spec.steps[-1:].image', [['b', 'spec.steps[1].image']]],
  ['$.list[:]', [['e', 'list[0]'], ['f', 'list[1]']]], // prettier-ignore
  ["$.spec['x.y/z']", [['c', 'spec["x.y/z"]']]],
  ['$.spec.main.*', [['d', 'spec.main.image']]],
  ['$.spec..args[*]', [['x', 'spec.steps[0].args[0]']]],
  ['$.spec.missing.image', []],
  ["$..['x.y/z']", [['c', 'spec["x.y/z"]']]],
  ['$..main.image', [['d', 'spec.main.image']]],
  ['$..image', [['a', 'spec.steps[0].image'], ['b', 'spec.steps[1].image'], ['d', 'spec.main.image']]], // prettier-ignore
  ['$.spec.steps[*].image[0]', []],
  ['$.list.length', []],
  ['$..length', []],
  ['$.__proto__.toString', []],
  ['$.constructor.name', []],
])('the path %s finds the values', async (jsonPath, values) => {
  const { resources } = await read(withPath(jsonPath));
  const matches = resources[0]!.images[0]!.find(OBJECT);
  expect(matches.map(({ value, path: at }) => [value, at])).toEqual(values);
});

test('a path with .. searches objects of any depth and any size', async () => {
  const { resources } = await read(withPath('$..image'));
  const { find } = resources[0]!.images[0]!;
  let deep: object = { image: 'deep' };
  for (let level = 0; level < 50_000; level++) deep = { image: `level ${level}`, inner: deep };
  const found = find({ deep, wide: new Array(300_000).fill({}) });
  expect(found).toHaveLength(50_001);
  expect(found.at(-1)).toEqual({ value: 'deep', path: expect.stringMatching(/^….{250,300}\.inner\.image$/) });
});

test('names that have a meaning in JavaScript are names', async () => {
  const { resources } = await read(withPath('$..__proto__.image'));
  const object = JSON.parse('{ "a": { "__proto__": { "image": "b" } }, "hasOwnProperty": 1 }') as object;
  expect(resources[0]!.images[0]!.find(object)).toEqual([{ value: 'b', path: 'a.__proto__.image' }]);
});
