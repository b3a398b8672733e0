import { describeReason, type Reason } from '../../../src/core/graph/reason.js';

const by = { kind: 'Pod', namespace: 'shop', name: 'web', field: 'container web', reference: 'r' };
const created = Date.parse('2026-01-01T00:00:00Z');

test.each<[Reason, string]>([
  [
    { rule: 'young-stream', created },
    'the image stream is younger than --keep-younger-than (created 2026-01-01T00:00:00.000Z)',
  ],
  [{ rule: 'young-item', created }, 'younger than --keep-younger-than'],
  [{ rule: 'young-image', created: NaN }, 'at an unknown time'],
  [{ rule: 'other-namespace' }, 'outside the namespace that is pruned'],
  [{ rule: 'not-managed' }, '--all=false'],
  [{ rule: 'within-size-limit' }, 'does not exceed the size limits'],
  [{ rule: 'no-image' }, 'the image does not exist'],
  [{ rule: 'unlisted' }, 'no remaining tag item lists it'],
  [{ rule: 'images-stay' }, 'with --namespace images are never deleted'],
  [{ rule: 'replaced' }, 'deleted and pushed again'],
  [{ rule: 'not-in-plan' }, 'the plan file does not name it'],
  [{ rule: 'tag-in-use', by, others: 2 }, 'the tag is used by pod shop/web (container web) and 2 more'],
  [{ rule: 'image-in-use', by, others: 0 }, 'used by pod shop/web (container web)'],
  [{ rule: 'digest-in-use', by, others: 0 }, 'its digest is used by pod shop/web'],
  [{ rule: 'revision', position: 1, of: 5, keep: 3 }, 'position 1 of 5 is within --keep-tag-revisions=3'],
  [{ rule: 'beyond-revisions', position: 4, of: 5, keep: 3 }, 'position 4 of 5 is beyond --keep-tag-revisions=3'],
  [{ rule: 'over-size-limit', bytes: 5, limit: 4 }, '5 bytes exceed the limit of 4'],
  [{ rule: 'protected', pattern: 'prod-*' }, 'protected by "prod-*"'],
  [{ rule: 'unreadable-image', image: 'sha256:x' }, 'the metadata of image sha256:x cannot be read'],
  [{ rule: 'tag-item', stream: 'ns/app', tag: 'v1', position: 0, of: 1 }, 'listed by ns/app:v1 at position 0 of 1'],
  [{ rule: 'index-child', index: 'sha256:i' }, 'image index sha256:i names it'],
  [{ rule: 'index-of-used-child', child: 'sha256:c' }, 'it names sha256:c, which is in use'],
  [{ rule: 'attached', subject: 'sha256:s' }, 'it belongs to image sha256:s, which is kept'],
  [{ rule: 'subject-gone', subject: 'sha256:s' }, 'it belongs to image sha256:s, which is not kept'],
])('%j', (reason, words) => {
  expect(describeReason(reason)).toContain(words);
});
