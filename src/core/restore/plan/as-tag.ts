import type { Digest } from '../../model/digest.js';
import { refusal, usageError } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { isStream, type RestoreEvidence } from './evidence.js';
import type { SavedItem } from './saved.js';
import { repositoryIn } from './targets.js';

/**
 * Replaces the selected tag items by one item per image stream, under a new tag. An image that no stream listed gets a
 * tag in the stream that its reference names.
 * @param unlisted the images that were selected by their digests
 * @throws RegadmError USAGE if several images of a stream are selected, TAG_EXISTS if the tag lists another image
 */
export function underNewTag(evidence: RestoreEvidence, tag: string, unlisted: readonly Digest[]): SavedItem[] {
  const items = new Map<RepositoryName, SavedItem>();
  for (const item of [...evidence.items, ...unlistedItems(evidence, unlisted)]) {
    const known = items.get(item.stream);
    if (known && known.item.image !== item.item.image) throw severalImages(item.stream);
    if (!known) items.set(item.stream, { ...item, tag, position: 0 });
  }
  for (const { stream, item } of items.values()) assertFree(evidence, { stream, tag, image: item.image });
  return [...items.values()];
}

function unlistedItems({ images, items }: RestoreEvidence, unlisted: readonly Digest[]): SavedItem[] {
  const listed = new Set(items.map(({ item }) => item.image));
  return unlisted.flatMap((name) => {
    const { saved } = images.get(name) ?? {};
    const stream = saved && repositoryIn(saved.reference);
    if (!saved || !stream || listed.has(name)) return [];
    const item = { image: name, created: saved.created, dockerImageReference: saved.reference };
    return [{ stream, tag: '', position: 0, item }];
  });
}

function severalImages(stream: string) {
  return usageError(`--as-tag takes one image per image stream, but several of ${stream} are selected`, [
    `name one of them: ${stream}@DIGEST`,
  ]);
}

function assertFree(
  { streams }: RestoreEvidence,
  { stream, tag, image }: { stream: RepositoryName; tag: string; image: Digest },
): void {
  const state = streams.get(stream);
  const items = isStream(state) ? (state.tags.find(({ name }) => name === tag)?.items ?? []) : [];
  if (items.length === 0 || items[0]!.image === image) return;
  throw refusal('TAG_EXISTS', `image stream ${stream} has a tag ${tag} with another image; nothing was changed`, [
    'choose a tag that the stream does not have: --as-tag NAME',
  ]);
}
