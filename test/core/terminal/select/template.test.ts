import { execFileSync } from 'node:child_process';
import { parseTemplate } from '../../../../src/core/terminal/select/parse-template.js';
import { TemplateError } from '../../../../src/core/terminal/select/template.js';
import { templatePieces } from '../../../../src/core/terminal/select/template-pieces.js';
import { requires } from '../../../support/jest/requires.js';

const DOCUMENT = {
  apiVersion: 'example.org/v1',
  kind: 'Example',
  metadata: { name: 'one', labels: { 'a.b/c': 'dotted', plain: 'p', l: 'm' } },
  list: [
    { n: 1, t: 'a', in: [{ v: 1 }] },
    { n: 2, t: 'b', in: [{ v: 2 }, { v: 3 }] },
    { n: 30, t: 'c', in: [{ v: 4 }], none: null },
  ],
  html: { text: '<&>' },
  big: 12345678901,
  part: 0.1,
  yes: true,
  none: null,
};

function print(template: string, document: object = DOCUMENT): string {
  return [...templatePieces(parseTemplate(template), document)].join('');
}

/** Templates whose output is the same in kubectl. */
const SAME = [
  'plain .text',
  '{.kind} {.metadata.name}',
  '{.list[*].n}',
  '{.list[*].in[*].v}',
  '{.list[0].t}{.list[-1].t}{.list[-2:].t}{.list[:2].t}{.list[1:].t}{.list[::2].t}{.list[0:3:2].t}',
  '{.list[0,2].t}',
  "{.list[0]['n','t']}",
  "{.list[*]['t','n']}",
  '{..v}',
  '{.list..v}',
  '{.list[?(@.n>1)].t}',
  '{.list[?(@.n>=2)].t}{.list[?(@.n<2)].t}{.list[?(@.n<=2)].t}{.list[?(@.n!=2)].t}',
  '{.list[?(@.t=="b")]}',
  "{.list[?(@.t=='b')].n}",
  '{.list[?(@.none)].t}',
  '{.list[?(@.in[0].v==4)].t}',
  '{range .list[*]}{.t}{range .in[*]}<{.v}>{end}{"\\n"}{end}X',
  '{range .absent[*]}x{end}y',
  '{range .list[*]}{.t}',
  '{.list[*].absent}|{.kind.absent}|{.none}|{.list[0:0].t}',
  '{.metadata.labels.a\\.b/c}',
  "{.metadata.labels['a\\.b/c']}",
  '{.big} {.part} {.yes}',
  '{.html}{.metadata.labels}',
  '{true}{1}{-1.5}{"x"}',
  '{"a\\u00e9\\t\\""}{\'q\\n\'}',
  '{@.kind}{$.kind}{ .kind }',
  '}{.kind}',
];

describe('a template', () => {
  requires('kubectl').test('prints the same as in kubectl', () => {
    const input = JSON.stringify(DOCUMENT);
    for (const template of SAME) {
      const args = ['label', '--local', '--overwrite', '-f', '-', 'l=m', '-o', `jsonpath=${template}`];
      expect({ template, text: print(template) }).toEqual({
        template,
        text: execFileSync('kubectl', args, { input, encoding: 'utf8' }),
      });
    }
  });

  test.each([
    // An index beyond the end finds nothing, and a key in quotes can have dots.
    ['{.list[9].t}|', '|'],
    [`{.metadata.labels['a.b/c']}`, 'dotted'],
    [`{.metadata.labels["plain"]}`, 'p'],
    // Values of different types are different.
    ['{.list[?(@.n=="1")].t}{.list[?(@.n>"x")].t}{.list[?(@.t>0.5)].t}', ''],
    ['{.list[?(@.n>1.5)].t}', 'b c'],
    ['{.list[?(@.t=="a)]}")].t}', ''],
  ])('%s prints %j', (template, text) => {
    expect(print(template)).toBe(text);
  });

  test('an empty list does not end the search in others, and values are escaped', () => {
    const document = { a: [{ b: [1] }, { b: [] }, { b: ['x\u001b[31m\n'] }] };
    expect(print('{.a[*].b[*]}{"\\n"}', document)).toBe('1 x\\x1b[31m\\n\n');
  });

  test.each([
    ['{.a', 1, '{ is not closed'],
    ['x{.a[0}', 5, '[ is not closed'],
    ['{.a[x]}', 5, 'not a position'],
    ['{.a[?(@.b]}', 4, 'is not closed'],
    ['{.a[?(@.b=~"c")]}', 10, 'unknown operator'],
    ['{.a[?(@.b>1 && @.c)]}', 13, 'unexpected "&"'],
    ['{.a[?(>1)]}', 7, 'missing value'],
    ['{kind}', 2, 'unknown word kind'],
    ['{end}', 1, '{end} without'],
    ['{"x}', 2, 'the quote is not closed'],
    ['{"\\q"}', 2, 'unknown escape'],
    ['{.a[::0]}', 5, 'the step'],
    ['{.a,.b}', 4, 'unexpected ","'],
    ['{....a}', 4, '.. directly after ..'],
    [`{${'[?(@'.repeat(3000)}${')]'.repeat(3000)}}`, 82, 'more than 20 nested filters'],
  ])('%s is refused at position %d: %s', (template, position, message) => {
    const error = (() => {
      try {
        return void parseTemplate(template);
      } catch (thrown) {
        return thrown as TemplateError;
      }
    })();
    expect(error).toBeInstanceOf(TemplateError);
    expect({ position: error!.position, message: error!.message }).toEqual({
      position,
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    '{range ..[*]}'.repeat(15),
    `{${'..[*]'.repeat(15)}}`,
    `{..list[?(${'@..a'.repeat(15)}>1)]}`,
    `{${"['a','a']".repeat(40)}}`,
  ])('%s ends with an error instead of taking exponential time', (template) => {
    expect(() => print(template, DEEP)).toThrow('too many steps');
  });
});

/** An object in which paths branch at each of many levels. */
const DEEP = Array.from({ length: 45 }).reduce<object>(
  (inner, _, level) => ({ a: level < 43 ? { a: inner } : inner, list: level < 43 ? [] : [inner, [inner]] }),
  { a: { a: 1 } },
);
