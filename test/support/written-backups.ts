import { createHash } from 'node:crypto';
import { REF_NAME } from '../../src/core/backup-directory/index-file.js';
import { openBackupForWriting, type WritableBackup } from '../../src/core/backup-directory/open.js';
import type { SavedItem } from '../../src/core/backup-directory/records.js';
import type { Digest } from '../../src/core/model/digest.js';
import { asDigest, asRepository } from './names.js';

/** An image to save: its config and layers are texts. */
export interface WrittenImage {
  config: string;
  layers: string[];
  /** Makes it an index of these images. */
  children?: WrittenImage[];
  /** Where the run removed it: `shop/app:latest`. */
  tag?: string;
  position?: number;
  /** False: only its object is saved. */
  hasContent?: boolean;
  /** True: only its tag item is saved. */
  isKept?: boolean;
}

const OCI = 'application/vnd.oci.image';

/** Returns the digest of a text. */
export function digestOf(text: string): Digest {
  return asDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

/** Returns the manifest of an image, as text. */
export function manifestOf({ config, layers, children }: WrittenImage): string {
  const entry = (mediaType: string, text: string) => ({ mediaType, digest: digestOf(text), size: text.length });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypeOf(children),
    ...(children
      ? { manifests: children.map((child) => entry(`${OCI}.manifest.v1+json`, manifestOf(child))) }
      : {
          config: entry(`${OCI}.config.v1+json`, config),
          layers: layers.map((text) => entry(`${OCI}.layer.v1.tar`, text)),
        }),
  });
}

/** Returns the name of an image. */
export function nameOf(image: WrittenImage): Digest {
  return digestOf(manifestOf(image));
}

function mediaTypeOf(children: WrittenImage['children']): string {
  return `${OCI}.${children ? 'index' : 'manifest'}.v1+json`;
}

/** Saves images as one run of `prune images --backup` does. */
export async function writeRun(directory: string, startedAt: string, images: WrittenImage[]): Promise<void> {
  const backup = await openBackupForWriting(directory);
  const header = {
    startedAt,
    server: 'https://api.example.com:6443',
    cluster: { uid: 'c', streams: [] },
    regadmVersion: '0.0.0',
  };
  const run = await backup.startRun(header);
  for (const image of images) {
    const { tag, position = 1, hasContent = true, isKept = false } = image;
    const name = nameOf(image);
    if (!isKept) {
      await run.add('image', { object: { kind: 'Image', metadata: { name } }, hasContent });
      if (hasContent) await writeContent(backup, image);
    }
    if (tag === undefined) continue;
    const [repository = '', tagName = ''] = tag.split(':');
    const item: SavedItem = { tag: tagName, position, image: name, created: '2025-12-01T00:00:00Z', reference: 'r' };
    await run.add('stream', { repository: asRepository(repository), uid: 's', items: [item] });
    if (isKept || !hasContent) continue;
    const size = manifestOf(image).length;
    const annotations = { [REF_NAME]: `${repository}@${name}`, 'regadm/tags': tagName };
    await run.add('descriptor', { mediaType: mediaTypeOf(image.children), digest: name, size, annotations });
  }
  await backup.commit(run);
  await run.close();
  await backup.close();
}

async function writeContent(backup: WritableBackup, image: WrittenImage): Promise<void> {
  for (const child of image.children ?? []) await writeContent(backup, child);
  const texts = image.children ? [] : [image.config, ...image.layers];
  for (const text of [...texts, manifestOf(image)]) await backup.blobs.write(digestOf(text), [Buffer.from(text)]);
}
