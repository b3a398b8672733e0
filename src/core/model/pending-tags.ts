/**
 * Annotation of an image stream with the tags of its spec that are still to be deleted: the policy of a run lets them
 * expire, and the run removed their last items. The update that removes the items writes it, so the next run can
 * finish. A tag without items that is not named here, such as one whose import has not succeeded yet, is left alone.
 */
export const PENDING_TAGS_ANNOTATION = 'regadm/pending-tags';

/** A tag that expired, with the version of its entry in the spec. */
export interface PendingTag {
  readonly tag: string;
  /** `SpecTag.version` when the tag expired: an entry that was changed since is no longer meant. */
  readonly version: string;
}

/** `TAG=VERSION`; neither part contains `=` or `,`. */
const ENTRY = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})=([0-9a-f]{16})$/;

/**
 * Reads the annotation: entries separated by commas. Everyone who can edit the stream can write it, so other parts are
 * ignored: they name no tag that regadm would delete.
 */
export function readPendingTags(annotations: Record<string, unknown> | undefined): PendingTag[] {
  const value = annotations?.[PENDING_TAGS_ANNOTATION];
  if (typeof value !== 'string') return [];
  return value.split(',').flatMap((part) => {
    const [, tag, version] = ENTRY.exec(part) ?? [];
    return tag === undefined || version === undefined ? [] : [{ tag, version }];
  });
}

/** Writes tags as the value of the annotation. */
export function writePendingTags(tags: Iterable<PendingTag>): string {
  return [...tags].map(({ tag, version }) => `${tag}=${version}`).join(',');
}
