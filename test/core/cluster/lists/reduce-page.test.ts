import { reducePage, type ReducedPage } from '../../../../src/core/cluster/lists/reduce-page.js';

const HEAD = '"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"}';
const pod = (name: string, containers: unknown = [{ name: 'a', image: 'r.example.com/n/a' }]): string =>
  JSON.stringify({ metadata: { name, namespace: 'n', uid: `uid-${name}` }, spec: { containers } });
/** Its containers have a type that the reducer rejects. */
const ODD = pod('odd', [{ name: 'a', image: 5 }]);
const reduce = (text: string): ReducedPage => reducePage('pods', Buffer.from(text));

describe('a page', () => {
  it('is reduced to what its objects use', () => {
    const { count, referrers, uids } = reduce(`{${HEAD},"items":[${pod('a')},${pod('none', [])},${pod('b')}]}`);
    expect([count, uids.length, referrers!.map(({ name }) => name)]).toEqual([3, 6, ['a', 'b']]);
  });

  it('may state its objects before its metadata', () => {
    expect(reduce(`{"items":[${pod('a')}],${HEAD}}`)).toEqual(reduce(`{${HEAD},"items":[${pod('a')}]}`));
  });

  it('has the objects of the last list if it has several, as with JSON.parse', () => {
    const { count, referrers } = reduce(`{${HEAD},"items":[${ODD},{}],"items":[${pod('b')}]}`);
    expect([count, referrers!.map(({ name }) => name)]).toEqual([1, ['b']]);
  });

  it('has only the images of the last list, too', () => {
    const image = (digit: string): string => JSON.stringify({ metadata: { name: `sha256:${digit.repeat(64)}` } });
    const text = `{${HEAD},"items":[${image('a')},${image('b')}],"items":[${image('c')}]}`;
    expect(reducePage('images', Buffer.from(text)).columns!.count).toBe(1);
  });

  it.each([
    ['the JSON, first', `{${HEAD},"items":[${ODD},{}]`, 'the JSON ends early'],
    ['its list', `{${HEAD},"items":{}}`, 'the response is not a list'],
    ['its list, which is null', `{${HEAD},"items":null}`, 'the response is not a list'],
    ['an object without a name, before the fields of others', `{${HEAD},"items":[${ODD},{}]}`, 'without a name'],
    ['an object that is null', `{${HEAD},"items":[null]}`, 'without a name'],
    ['an object that is a text', `{${HEAD},"items":["a"]}`, 'without a name'],
    ['its metadata, before fields', `{"kind":"PodList","apiVersion":"v1","items":[${ODD}]}`, 'it has no metadata'],
    ['a field', `{${HEAD},"items":[${pod('a')},${ODD}]}`, 'a field of pods n/odd has an unexpected type'],
    ['the page, which is a list', `[${pod('a')}]`, 'the response is not a list'],
    ['the page, which is null', 'null', 'the response is not a list'],
  ])('is refused because of %s', (_what, text, message) => {
    expect(() => reduce(text)).toThrow(message);
  });
});
