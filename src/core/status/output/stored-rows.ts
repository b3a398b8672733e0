import { formatBytes } from '../../model/values/quantity.js';
import { thousands } from '../../terminal/text.js';
import type { StoredSpace } from '../stored.js';

/** Returns what a storage contains: what it is, how many there are, and how much space they use. */
export function storedRows(stored: StoredSpace): [what: string, count: string, bytes: string][] {
  const { usage, blobs, uploads, leftovers, trash } = stored;
  const rows: [string, { count: number; bytes?: number } | undefined][] = [
    ['blobs in use', usage?.inUse],
    ['orphaned blobs', usage?.orphaned],
    ['unused blobs, too recent to delete', usage?.young],
    ['all blobs', blobs],
    ['unfinished uploads', uploads],
    ['leftover segments', leftovers],
    ['blobs in the trash', trash],
  ];
  return rows.flatMap(([what, amount]) =>
    amount ? [[what, thousands(amount.count), amount.bytes === undefined ? 'unknown' : formatBytes(amount.bytes)]] : [],
  );
}

/** Returns the commands that show what `prune hard` would delete from a storage, or why they are missing. */
export function storedNotes({ usage, uploads, flags, trash }: StoredSpace): { text: string; command?: string }[] {
  // prune hard would not prune this storage.
  if (!usage) return [{ text: 'what of it is in use is not known: see "Not shown"' }];
  const command = `regadm prune hard ${flags}`;
  return [
    ...(usage.orphaned.count > 0 ? [{ text: 'to see the orphaned blobs:', command }] : []),
    ...(uploads.count > 0
      ? [{ text: 'to see abandoned uploads:', command: `${command} --uploads-older-than 24h` }]
      : []),
    ...(trash ? [{ text: `to see the trash (oldest: ${trash.oldest}):`, command: `regadm trash list ${flags}` }] : []),
  ];
}
