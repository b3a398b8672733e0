import { unmark } from '../../../../src/core/hard-prune/online/execute/unmark.js';
import { Progress } from '../../../../src/core/hard-prune/online/progress.js';
import type { OnlineRun } from '../../../../src/core/hard-prune/online/run.js';
import { emptyMarkFile } from '../../../../src/core/trash-store/format/mark-file.js';

test('a blob counts as unmarked only once the mark file was written', async () => {
  const progress = new Progress();
  const mark = { bytes: 1, batch: 'b', links: [] };
  const run = {
    progress,
    storage: { trash: () => ({ restoreLinks: () => Promise.resolve([]) }) },
    session: { file: emptyMarkFile('x'), save: () => Promise.reject(new Error('the lease is lost')) },
  } as unknown as OnlineRun;
  await expect(unmark(run, [{ hex: 'a', mark, reason: 'used', isInUse: true }])).rejects.toThrow('the lease is lost');
  expect(progress.unmarked).toEqual([]);
});
