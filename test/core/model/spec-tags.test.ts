import { reduceStream } from '../../../src/core/model/image-stream.js';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { readPendingTags, writePendingTags } from '../../../src/core/model/pending-tags.js';

function stream(tags: unknown, annotations?: Record<string, string>): KubeObject {
  return { metadata: { namespace: 'shop', name: 'web', uid: 'u', annotations }, spec: { tags } };
}

const FROM = { kind: 'DockerImage', name: 'quay.io/a/b:1' };

test('the tags of the spec have a version that changes with their content, not with the order of its keys', () => {
  const [first, second] = reduceStream(stream([{ name: 'a', from: FROM, generation: 2 }, { name: 'b' }])).specTags!;
  expect(first).toMatchObject({ name: 'a', tracked: true });
  expect(second).toMatchObject({ name: 'b', tracked: false });
  const versionOf = (entry: object): string => reduceStream(stream([entry])).specTags![0]!.version;
  expect(versionOf({ generation: 2, from: { name: FROM.name, kind: FROM.kind }, name: 'a' })).toBe(first!.version);
  expect(versionOf({ name: 'a', from: FROM, generation: 3 })).not.toBe(first!.version);
  expect(versionOf({ name: 'a', from: FROM, generation: 2, annotations: { x: 'y' } })).not.toBe(first!.version);
});

test('streams without such tags, which are most of them, have no field for them', () => {
  for (const tags of [undefined, null, [], [null, 'a', {}]]) {
    expect(reduceStream(stream(tags))).not.toHaveProperty('specTags');
    expect(reduceStream(stream(tags))).not.toHaveProperty('pendingTags');
  }
});

test('the annotation about tags to delete is read as it was written, without what anyone else wrote into it', () => {
  const tags = [
    { tag: 'pr-1', version: '0123456789abcdef' },
    { tag: 'v1.0_x', version: 'f'.repeat(16) },
  ];
  const value = `${writePendingTags(tags)},x,../y=0123456789abcdef,a=1,=,b=0123456789abcdefg`;
  expect(readPendingTags({ 'regadm/pending-tags': value })).toEqual(tags);
  expect(reduceStream(stream([], { 'regadm/pending-tags': value })).pendingTags).toEqual(tags);
  expect(readPendingTags({ 'regadm/pending-tags': 7 })).toEqual([]);
  expect(readPendingTags(undefined)).toEqual([]);
});
