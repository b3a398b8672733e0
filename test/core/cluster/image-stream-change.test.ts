import { changed } from '../../../src/core/cluster/image-streams/change.js';
import { digest } from '../../support/builders.js';

const item = (name: string) => ({
  image: digest(name),
  created: '2026-01-01T00:00:00Z',
  dockerImageReference: `registry/ns/app@${digest(name)}`,
  generation: 7,
});

const STREAM = {
  metadata: { name: 'app', namespace: 'ns' },
  spec: { lookupPolicy: { local: true } },
  status: {
    dockerImageRepository: 'registry/ns/app',
    tags: [
      { tag: 'a', items: [item('a0'), item('a1')], conditions: [{ type: 'ImportSuccess' }] },
      { tag: 'c', items: null },
    ],
  },
};

test('items are inserted at their positions, and all else stays', () => {
  const insertItems = [
    { tag: 'a', position: 1, item: item('new') },
    { tag: 'a', position: 3, item: item('last') },
    { tag: 'c', position: 0, item: item('c0') },
  ];
  expect(changed(STREAM, { insertItems })).toEqual({
    ...STREAM,
    status: {
      ...STREAM.status,
      tags: [
        { ...STREAM.status.tags[0], items: [item('a0'), item('new'), item('a1'), item('last')] },
        { tag: 'c', items: [item('c0')] },
      ],
    },
  });
});

test('a new tag takes its place in the order of the names, in which the server returns the tags', () => {
  const insertItems = ['d', 'b'].map((tag) => ({ tag, position: 0, item: item(tag) }));
  const { tags } = changed(STREAM, { insertItems }).status as typeof STREAM.status;
  expect(tags.map(({ tag }) => tag)).toEqual(['a', 'b', 'c', 'd']);
});
