import { expect, test } from '@jest/globals';
import { formatJournal, journalPath } from '../../../src/core/trash-store/format/journal-file.js';
import { deleteUnneededJournals } from '../../../src/core/trash-store/unneeded-journals.js';
import { TrashScene } from '../../support/trash-scene.js';

/** A trash that had a run on each of these days, and still has the blob of one of them. Today is 2026-11-26. */
async function aScene(): Promise<{ scene: TrashScene; journals: () => string[] }> {
  const scene = new TrashScene();
  const hex = scene.storage.push('blob');
  for (const date of ['2026-11-20', '2026-11-23', '2026-11-25', '2026-11-26']) {
    const file = { version: 1 as const, storage: 'memory', sweep: 's', at: Date.parse(date), entries: [] };
    await scene.storage.replaceFile(journalPath(date, file, 1), await formatJournal(file), undefined);
  }
  scene.storage.trashed.set(`2026-11-20/${hex}`, Buffer.from('blob'));
  const days = (path: string): string[] => /^trash\/(.*)\/journal/.exec(path)?.slice(1) ?? [];
  return { scene, journals: () => [...scene.storage.files.keys()].flatMap(days).sort() };
}

const tidy = (scene: TrashScene): Promise<void> =>
  scene.session((session) => deleteUnneededJournals(session, scene.ports));

test('the journal of a day of which the trash has nothing is deleted after two days', async () => {
  const { scene, journals } = await aScene();
  await tidy(scene);
  expect(journals()).toEqual(['2026-11-20', '2026-11-25', '2026-11-26']);
});

test('all journals stay if anything in the trash is not understood', async () => {
  const { scene, journals } = await aScene();
  scene.storage.warnings = async () => ['the trash contains what does not belong there'];
  await tidy(scene);
  expect(journals()).toHaveLength(4);
});
