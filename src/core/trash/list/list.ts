import type { TrashStoragePorts } from '../ports.js';
import { FOR_UNDO } from '../../trash-store/marks.js';
import { choosePurgeable } from '../../trash-store/purge.js';
import { countRemoved, readRemovedLinks } from '../../trash-store/removed-links.js';
import { readTrashState } from '../../trash-store/state.js';
import { readBlobAnywhere } from '../../trash-store/trash-and-place.js';
import { checkImages } from '../contents/check-images.js';
import { readManifests } from '../contents/manifests.js';
import { linkedManifests, newestEntries } from '../contents/plan-restore.js';
import { compareRows } from '../output/row.js';
import { batchesOf, type TrashReport } from './report.js';

/**
 * Reads what the trash of a storage has, and which images could be restored from it. Changes nothing.
 * A mark file that cannot be used is a warning.
 * @throws RegadmError that states why the storage cannot be read
 */
export async function listTrash({ storage, place, reporter, signal }: TrashStoragePorts): Promise<TrashReport> {
  reporter.phase('reading the trash');
  const state = await readTrashState({ storage, signal }, FOR_UNDO);
  const others = await readRemovedLinks(storage.trash(), signal);
  const { purgeable, kept } = choosePurgeable(state, { keepMs: 0 });
  const removed = { entries: newestEntries(state.entries), marks: state.file.marks, links: others.links };
  const images = linkedManifests(removed).sort();
  reporter.phase('reading manifests', images.length);
  const reader = readBlobAnywhere(storage, state.entries);
  const manifests = await readManifests({ storage, reader, signal }, images, removed);
  const rows = [
    ...purgeable.map((entry) => ({ entry, status: 'purgeable' as const })),
    ...kept.map(({ entry, because }) => ({ entry, status: 'kept' as const, reason: because })),
  ];
  return {
    storage: place,
    rows: rows.sort(compareRows),
    images: await checkImages(images, manifests, { storage, signal, removed }, 'anywhere'),
    batches: batchesOf(state.file),
    links: countRemoved(others),
    holder: state.holder,
    warnings: [...state.warnings, ...others.warnings],
  };
}
