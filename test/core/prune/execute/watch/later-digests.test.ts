import { DigestTable } from '../../../../../src/core/model/table/digest-table.js';
import { LaterDigests } from '../../../../../src/core/prune/execute/watch/later-digests.js';
import { digest } from '../../../../support/builders.js';

test('writes the same text as it returns, of digests that were known and of later ones', () => {
  const known = new DigestTable();
  known.intern(digest('known'));
  const digests = new LaterDigests(known);
  const target = Buffer.alloc(80, ' ');
  for (const text of [digest('known'), digest('later')]) {
    expect(digests.writeText(digests.intern(text), target, 3)).toBe(true);
    expect(target.toString()).toBe(`   ${text}      `);
  }
  expect(digests.writeText(digests.intern('md5:00'), target, 3)).toBe(false);
});
