import type { SavedImage as ImageRecord, SavedStream } from '../../backup-directory/records.js';
import type { Backup } from '../../backup-directory/open.js';
import type { BackupRun } from '../../backup-directory/runs.js';
import type { Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import { RegadmError } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { StreamSettings } from '../../model/stream-settings.js';
import { quote } from '../../model/names/quote.js';
import { textIn } from '../../model/values/json.js';
import type { SavedImage, SavedItem } from '../plan/saved.js';
import { selectsImage, selectsItem, type Selector } from '../plan/selection.js';

/** What was selected from a backup. */
export interface Selection {
  items: SavedItem[];
  images: Map<Digest, SavedImage>;
  /** Images that were selected by themselves, and not because an item lists them. */
  byDigest: Digest[];
  /** Records that cannot be read. */
  failures: Failure[];
}

/**
 * Reads what the arguments select. If several runs saved the same image or tag item, it counts once.
 * @param options.selectors empty: everything
 * @param options.failures the runs that cannot be read; records that cannot be read are added
 * @throws RegadmError NOT_FOUND if an argument selects nothing, BACKUP_DIRECTORY
 */
export async function readBackup(
  backup: Backup,
  runs: readonly BackupRun[],
  { selectors, failures }: { selectors: readonly Selector[]; failures: Failure[] },
): Promise<Selection> {
  const onDamage = (file: string, problem: unknown): void =>
    void failures.push(failureOf(`backup file ${file}`, problem));
  const used = new Set<Selector>();
  const matching = <T>(matches: (selector: Selector, value: T) => boolean, value: T): boolean => {
    const found = selectors.filter((selector) => matches(selector, value));
    for (const selector of found) used.add(selector);
    return selectors.length === 0 || found.length > 0;
  };
  const items = new Map<string, SavedItem>();
  for (const run of runs) {
    for await (const stream of backup.records(run, 'stream', onDamage)) {
      for (const item of itemsOf(stream)) {
        if (Number.isNaN(Date.parse(item.item.created))) onDamage(run.id, new Error(`${describe(item)} has no time`));
        else if (matching(selectsItem, item)) items.set(keyOf(item), item);
      }
    }
  }
  const listed = new Set([...items.values()].map(({ item }) => item.image));
  const images = new Map<Digest, SavedImage>();
  const byDigest = new Set<Digest>();
  for (const run of runs) {
    for await (const record of backup.records(run, 'image', onDamage)) {
      const { name } = record.object.metadata;
      if (matching(selectsImage, name)) byDigest.add(name);
      else if (!listed.has(name)) continue;
      images.set(name, reduceSaved(record));
    }
  }
  const unused = selectors.find((selector) => !used.has(selector));
  if (unused) throw notInBackup(unused, backup.directory, failures);
  return { items: [...items.values()], images, byDigest: [...byDigest], failures };
}

/** Returns the newest settings that the backup has of streams. What is damaged was reported before. */
export async function readSettings(
  backup: Backup,
  runs: readonly BackupRun[],
  keys: ReadonlySet<RepositoryName>,
): Promise<Map<RepositoryName, StreamSettings>> {
  const found = new Map<RepositoryName, StreamSettings>();
  if (keys.size === 0) return found;
  for (const run of runs)
    for await (const { repository, settings } of backup.records(run, 'stream', () => {}))
      if (settings && keys.has(repository)) found.set(repository, settings);
  return found;
}

/** Adds what the backup knows of further images to a selection. */
export async function addSavedImages(
  backup: Backup,
  runs: readonly BackupRun[],
  { selected: { images, failures }, names }: { selected: Selection; names: ReadonlySet<Digest> },
): Promise<void> {
  const open = new Set([...names].filter((name) => !images.has(name)));
  if (open.size === 0) return;
  // What is damaged was reported when the records were read for the first time.
  const ignore = failures.length > 0 ? () => {} : undefined;
  for (const run of runs) {
    for await (const record of backup.records(run, 'image', ignore)) {
      const { name } = record.object.metadata;
      if (open.has(name)) images.set(name, reduceSaved(record));
    }
  }
}

function* itemsOf({ repository, items }: SavedStream): Generator<SavedItem> {
  for (const { tag, position, image, created, generation, reference } of items) {
    const item = {
      image,
      created,
      dockerImageReference: reference,
      ...(generation === undefined ? {} : { generation }),
    };
    yield { stream: repository, tag, position, item };
  }
}

function keyOf({ stream, tag, item }: SavedItem): string {
  return `${stream}:${tag}@${item.image} ${Date.parse(item.created)}`;
}

function describe({ stream, tag, item }: SavedItem): string {
  return `${stream}:${tag}@${item.image}`;
}

/** Reads what a restore needs of a saved Image object. */
function reduceSaved({ object }: ImageRecord): SavedImage {
  const { name, uid = '', labels = {}, annotations = {}, creationTimestamp = '' } = object.metadata;
  return {
    name,
    uid,
    managed: annotations['openshift.io/image.managed'] === 'true',
    reference: textIn(object.dockerImageReference) ?? '',
    created: creationTimestamp,
    labels,
    annotations,
  };
}

function notInBackup({ text }: Selector, directory: string, [first]: readonly Failure[]): RegadmError {
  const damage = first ? `, and part of it cannot be read: ${first.target}: ${first.message}` : '';
  return new RegadmError(`the backup ${directory} has nothing that ${quote(text)} names${damage}`, {
    code: 'NOT_FOUND',
    suggestions: [`show what it has: regadm backup list ${directory}`],
  });
}
