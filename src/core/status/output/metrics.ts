import { gauge, type Family, type Sample } from '../../terminal/metrics/family.js';
import type { Freeable, RegistryStatusReport } from '../report.js';
import type { Amount } from '../../model/registry-storage.js';
import type { Space } from '../space.js';
import type { StoredSpace } from '../stored.js';

/** Returns the metrics of `registry status`; what cannot be read has none. */
export function statusMetrics({ registry, space, stored, freeable }: RegistryStatusReport): Family[] {
  const { readOnly, replicas, storage, unavailable } = registry;
  return [
    ...(space ? spaceMetrics(space) : []),
    ...(stored ? storedMetrics(stored) : []),
    ...(freeable ? freeableMetrics(freeable) : []),
    ...optional(
      'regadm_registry_read_only',
      '1 if the registry is in read-only mode.',
      readOnly === undefined ? undefined : Number(readOnly),
    ),
    ...optional('regadm_registry_replicas', 'Number of registry pods that are wanted.', replicas?.wanted),
    ...optional('regadm_registry_ready_replicas', 'Number of registry pods that are ready.', replicas?.ready),
    ...optional('regadm_registry_storage_bytes', "Size of the registry's volume.", storage?.capacity),
    gauge('regadm_registry_unreadable_parts', 'Number of parts that the user cannot read.', unavailable.length),
  ];
}

function spaceMetrics(space: Space): Family[] {
  return [
    gauge('regadm_registry_images', 'Number of Image objects.', space.images),
    gauge('regadm_registry_imported_images', 'Number of Image objects whose blobs are elsewhere.', space.imported),
    gauge('regadm_registry_image_streams', 'Number of image streams.', space.streams),
    gauge('regadm_registry_tag_items', 'Number of tag items.', space.tagItems),
    gauge('regadm_registry_blobs', 'Number of blobs that Image objects state.', space.blobs),
    gauge('regadm_registry_blob_bytes', 'Size of the blobs that Image objects state.', space.bytes),
  ];
}

function storedMetrics({ blobs, usage, uploads, leftovers, trash }: StoredSpace): Family[] {
  const amounts: [name: string, what: string, amount: Amount | undefined][] = [
    ['stored', 'stored blobs', blobs],
    ['used', 'stored blobs that the cluster uses', usage?.inUse],
    ['orphaned', 'stored blobs that prune hard deletes with its defaults', usage?.orphaned],
    ['young_unused', 'stored blobs that nothing uses, but that prune hard keeps as recent', usage?.young],
    ['trashed', 'blobs in the trash of the storage', trash ?? { count: 0, bytes: 0 }],
  ];
  return [
    ...amounts.flatMap(([name, what, amount]) => [
      ...optional(`regadm_registry_${name}_blobs`, `Number of ${what}.`, amount?.count),
      ...optional(`regadm_registry_${name}_bytes`, `Size of the ${what}.`, amount?.bytes),
    ]),
    gauge('regadm_registry_uploads', 'Number of unfinished uploads.', uploads.count),
    ...optional('regadm_registry_upload_bytes', 'Size of the unfinished uploads.', uploads.bytes),
    ...optional('regadm_registry_leftover_bytes', 'Size of the segments that nothing names.', leftovers?.bytes),
  ];
}

/** Every pair of settings that the grid shows. */
function freeableMetrics({ revisions, ageTexts, cells }: Freeable): Family[] {
  const samples = (amount: 'images' | 'tagItems' | 'bytes'): Sample[] =>
    ageTexts.flatMap((age, row) =>
      revisions.map((kept, column) => ({
        labels: { keep_tag_revisions: String(kept), keep_younger_than: age },
        value: cells[row]![column]![amount],
      })),
    );
  const help = (what: string): string => `${what} that a prune with these settings would delete.`;
  return [
    { name: 'regadm_registry_freeable_images', help: help('Number of images'), samples: samples('images') },
    { name: 'regadm_registry_freeable_tag_items', help: help('Number of tag items'), samples: samples('tagItems') },
    { name: 'regadm_registry_freeable_bytes', help: help('Size of the blobs'), samples: samples('bytes') },
  ];
}

function optional(name: string, help: string, value: number | undefined): Family[] {
  return value === undefined ? [] : [gauge(name, help, value)];
}
