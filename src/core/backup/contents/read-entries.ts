import type { ExaminedBackup } from '../../backup-directory/manage.js';
import type { BackupRun, OnDamage } from '../../backup-directory/runs.js';
import type { Digest } from '../../model/digest.js';
import { compareTags, type Entry } from '../plan/saved.js';

/** Reads what a run saved, by image. @throws RegadmError BACKUP_DAMAGED, the file system's error */
export async function readEntries(backup: ExaminedBackup, run: BackupRun, onDamage?: OnDamage): Promise<Entry[]> {
  const entries = new Map<Digest, Entry>();
  for await (const { object, hasContent } of backup.records(run, 'image', onDamage)) {
    const { name } = object.metadata;
    entries.set(name, { name, run, saved: hasContent ? 'image' : 'object', tags: [] });
  }
  for await (const { repository, items } of backup.records(run, 'stream', onDamage)) {
    for (const { image, tag, position, created } of items) {
      const entry = entries.get(image) ?? { name: image, run, saved: 'tags', tags: [] };
      entries.set(image, entry);
      entry.tags.push({ repository, tag, position, created });
    }
  }
  for (const { tags } of entries.values()) tags.sort(compareTags);
  return [...entries.values()];
}
