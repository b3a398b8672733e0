import { parseYaml } from '../../../../src/core/edge/files/yaml-document.js';

const [document] = parseYaml('x.yaml', 'a:\n  - b: 1\n  - &here\n    c: 2\nd: *here\n');

test.each([
  [['a', 0, 'b'], 2],
  [['a', 1, 'c'], 4],
  [['d', 'c'], 4],
  [['a', 0, 'missing'], 2],
  [['a', 7], 2],
  [['nothing', 'at', 'all'], 1],
  [[], 1],
])('finds %j in line %d', (path, line) => {
  expect(document!.line(path)).toBe(line);
});

test('follows aliases', () => {
  expect(document!.value(['d'])).toEqual({ c: 2 });
  expect(document!.value(['d', 'c'])).toBe(2);
  expect(document!.value(['d', 'x'])).toBeUndefined();
});

test('an alias without an anchor is reported in its own line', () => {
  const [document] = parseYaml('x.yaml', 'a: &here 1\nb:\n  c: *here\n  d: [1, *there]\n');
  expect(document!.problem()).toMatchObject({ line: 4, message: expect.stringMatching(/Unresolved alias.*: there$/) });
  expect(() => document!.value(['b'])).toThrow(/^x\.yaml:4: not usable YAML: Unresolved alias/);
  expect(document!.value(['b', 'c'])).toBe(1);
});

test('refuses aliases that expand to too much', () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
  for (let level = 1; level < 9; level++)
    lines.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(',')}]`,
    );
  const [bomb] = parseYaml('bomb.yaml', `${lines.join('\n')}\n`);
  expect(() => bomb!.value()).toThrow(/^bomb\.yaml:1: not usable YAML: /);
});

test('reads JSON as YAML and skips empty documents', () => {
  expect(parseYaml('x.json', '{"a": {\n"b": [1]}}')[0]!.line(['a', 'b', 0])).toBe(2);
  expect(parseYaml('x.yaml', '---\n---\na: 1\n---\n')).toHaveLength(1);
});
