import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openBackupForWriting } from '../../src/core/backup-directory/open.js';
import type { SavedItem } from '../../src/core/backup-directory/records.js';
import { parseDigest } from '../../src/core/model/digest.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { asDigest, asRepository } from './names.js';

interface Tag {
  tag: string;
  items: { image: string; created: string; generation: number; dockerImageReference: string }[];
}

/**
 * Saves a cluster as a prune with `--backup` does that deletes everything except for the newest item of each tag.
 */
export async function saveBackup({ store, storageDir, registry }: Sandbox, directory: string): Promise<void> {
  const backup = await openBackupForWriting(directory);
  const uid = store.get('namespaces', 'kube-system')?.metadata.uid;
  const streams = store.list('imagestreams');
  const header = {
    startedAt: '2026-01-02T00:00:00.000Z',
    server: 'https://api.example.com',
    cluster: { uid, streams: streams.map(({ metadata }) => metadata.uid!) },
    regadmVersion: '0.0.0',
  };
  const run = await backup.startRun(header);
  for (const { metadata, status } of streams) {
    const tags = (status?.tags ?? []) as Tag[];
    const items = tags.flatMap(({ tag, items: all }) =>
      all.map(({ image, created, generation, dockerImageReference }, position): SavedItem => ({
        tag,
        position,
        image: asDigest(image),
        created,
        generation,
        reference: dockerImageReference,
      })),
    );
    const removed = items.filter(({ position }) => position > 0);
    const repository = asRepository(`${metadata.namespace}/${metadata.name}`);
    if (removed.length > 0) await run.add('stream', { repository, uid: metadata.uid!, items: removed });
  }
  for (const object of store.list('images')) {
    const image = { ...object, kind: 'Image', metadata: { ...object.metadata, name: asDigest(object.metadata.name) } };
    await run.add('image', { object: image, hasContent: true });
  }
  for (const text of registry.blobs()) {
    const digest = parseDigest(text)!;
    await backup.blobs.write(digest, [readFileSync(blobFile(storageDir, digest))]);
  }
  await backup.commit(run);
  await run.close();
  await backup.close();
}

/** Returns the path of a blob in the registry's storage. */
export function blobFile(storageDir: string, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return path.join(storageDir, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}
