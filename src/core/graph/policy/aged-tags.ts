import parse from 'semver/functions/parse.js';
import compare from 'semver/functions/compare.js';
import type { SemVer } from 'semver';
import { compareText } from '../../model/values/compare-text.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import { isAttachedTag } from '../attachments.js';
import type { Expiry, Retention } from './retention.js';

/** A tag that can expire. */
interface Candidate {
  /** Its number in the stream. */
  tag: number;
  name: string;
  /** Creation time of its newest item. */
  newest: number;
  /** Only if versions decide the order. */
  version?: SemVer;
}

/**
 * Finds the tags of a stream that are so old that their rule lets them expire: those of which every item is old enough,
 * except the newest ones that the rule decides. Nothing else is considered.
 * @param retentions what decides each tag
 * @returns 1 for each of these tags
 */
export function agedTags(stream: ImageStream, retentions: readonly Retention[]): Uint8Array {
  const aged = new Uint8Array(stream.tags.length);
  const tracked = new Set(stream.specTags?.filter((tag) => tag.tracked).map(({ name }) => name));
  for (const [retention, tags] of byExpiry(retentions)) {
    const expiry = retention.expiry!;
    const limit = Math.min(expiry.olderThan - 1, retention.youngerThan);
    for (const { tag, name, newest } of beyondNewest(candidates(stream, tags, expiry), expiry.keepNewest))
      if (newest <= limit && (expiry.tracked || !tracked.has(name))) aged[tag] = 1;
  }
  return aged;
}

/** Groups the tags by the rule that lets them expire. */
function byExpiry(retentions: readonly Retention[]): Map<Retention, number[]> {
  const groups = new Map<Retention, number[]>();
  for (const [tag, retention] of retentions.entries()) {
    if (!retention.expiry) continue;
    const group = groups.get(retention);
    if (group) group.push(tag);
    else groups.set(retention, [tag]);
  }
  return groups;
}

/**
 * Returns the tags that have a place in the order of a rule, the newest first. A tag without items, with a time that
 * cannot be read or, in the order of versions, without a version has none: it neither expires nor counts.
 */
function candidates({ tags }: ImageStream, numbers: number[], { orderBy }: Expiry): Candidate[] {
  const found = numbers.flatMap((tag): Candidate[] => {
    const { name, items } = tags[tag]!;
    const newest = items.reduce((latest, { created }) => Math.max(latest, created), -Infinity);
    if (!Number.isFinite(newest)) return [];
    if (orderBy === 'created') return [{ tag, name, newest }];
    const version = parse(name);
    return version ? [{ tag, name, newest, version }] : [];
  });
  return found.sort((a, b) => compareAge(a, b) || compareText(a.name, b.name));
}

function compareAge(a: Candidate, b: Candidate): number {
  return a.version && b.version ? compare(b.version, a.version) : b.newest - a.newest;
}

/** Returns the tags without the first ones. Signatures do not count, so that they take no place of another tag. */
function beyondNewest(tags: Candidate[], count: number): Candidate[] {
  let others = 0;
  return tags.filter(({ name }, place) => (isAttachedTag(name) ? place : others++) >= count);
}
