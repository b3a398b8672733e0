import { streamKey } from '../model/image-stream.js';
import type { Use } from '../model/referrer.js';
import { STREAM_KIND } from '../model/referrers/stream.js';
import type { PolicyPart, Reason } from '../graph/reason.js';
import type { Change, Situation } from './changes.js';
import { merge } from './merge-changes.js';
import { mostRevisions, retentionOf } from './policy-changes.js';
import { decideWith, goes, type Decided } from './situation.js';

/** A strategy for obstacles that several changes can remove. */
interface Way {
  /**
   * From this position, items are released by `--keep-tag-revisions`, before it by `revisions`; Infinity: all by
   * `revisions`.
   */
  flagFrom: number;
  revisions: 'delete-tag' | 'newer-revisions';
  young: 'flag' | 'wait';
}

/** Maximum steps of a search. Chains of reasons are short, so a longer search finds nothing. */
const STEPS = 60;
/** Maximum changes whose necessity is checked one by one even if they end a use. */
const MANY = 40;

/**
 * Finds sets of changes that would let an image be pruned. Each set is minimal: without any one of its changes, the
 * image would be kept. The shortest come first, those that need new pushes last. Each step of the search removes what
 * keeps the image then and decides again, so that every returned set is confirmed.
 */
export function waysToGo(situation: Situation, digest: number): Change[][] {
  const found = new Map<string, Change[]>();
  const signatures: Change[] = [{ kind: 'prune-signatures' }];
  if (mayBeSignature(situation) && goes(decideWith(situation, signatures), digest)) found.set('signatures', signatures);
  for (const way of waysToTry(situation, digest)) {
    const changes = release(situation, digest, way);
    if (changes && changes.length > 0) found.set(JSON.stringify(changes), changes);
  }
  const pushed = (changes: Change[]): number => Number(changes.some(({ kind }) => kind === 'newer-revisions'));
  return [...found.values()].sort((a, b) => pushed(a) - pushed(b) || a.length - b.length);
}

function mayBeSignature({ options }: Situation): boolean {
  return options.referrers !== 'oc' && !options.pruneSignatures && !options.pruneOverSizeLimit;
}

function waysToTry({ snapshot, options }: Situation, digest: number): Way[] {
  const positions = new Set<number>();
  for (const { tags } of snapshot.streams) {
    for (const { items } of tags)
      items.forEach(({ image }, position) => void (image === digest && positions.add(position)));
  }
  const between = [...positions].filter((position) => position > 0 && position < mostRevisions(options));
  return [
    { flagFrom: 0, revisions: 'delete-tag', young: 'flag' },
    { flagFrom: Infinity, revisions: 'delete-tag', young: 'wait' },
    ...between.sort((a, b) => b - a).map((flagFrom): Way => ({ flagFrom, revisions: 'delete-tag', young: 'wait' })),
    { flagFrom: Infinity, revisions: 'newer-revisions', young: 'wait' },
  ];
}

function release(situation: Situation, digest: number, way: Way): Change[] | undefined {
  let changes: Change[] = [];
  for (let step = 0; step < STEPS; step++) {
    const state = decideWith(situation, changes);
    if (goes(state, digest)) return minimal(situation, digest, changes);
    const next = new Blockers(state, way).ofImage(digest);
    if (next.length === 0) return undefined;
    changes = merge(changes, next);
  }
  return undefined;
}

/**
 * Drops unnecessary changes. If a tag is deleted, the end of each use stays: no output suggests deleting a tag that is
 * in use. If very many objects use one tag, all of them are needed anyway.
 */
function minimal(situation: Situation, digest: number, changes: Change[]): Change[] {
  const isUse = ({ kind }: Change): boolean => kind === 'referrer-ends';
  const deletesTag = (some: Change[]): boolean => some.some(({ kind }) => kind === 'delete-tag');
  const drop = (from: Change[], candidates: Change[]): Change[] => {
    let needed = from;
    for (const change of candidates) {
      const rest = needed.filter((one) => one !== change);
      if (goes(decideWith(situation, rest), digest)) needed = rest;
    }
    return needed;
  };
  const needed = drop(
    changes,
    changes.filter((change) => !isUse(change)),
  );
  return deletesTag(needed) || changes.length > MANY ? needed : drop(needed, needed.filter(isUse));
}

type Revision = Extract<Reason, { rule: 'revision' | 'beyond-revisions' }>;

/** Finds the changes that would remove what keeps an image; none if no change can. */
class Blockers {
  private readonly seen = new Set<number>();
  private readonly deletedTags = new Set<string>();

  constructor(
    private readonly state: Decided,
    private readonly way: Way,
  ) {}

  ofImage(digest: number): Change[] {
    const { snapshot, decisions } = this.state;
    const image = snapshot.images.indexOf(digest);
    if (image === -1 || this.seen.has(digest)) return [];
    this.seen.add(digest);
    const { because } = decisions.image(image);
    return because.rule === 'tag-item' ? this.ofItems(digest) : this.ofReason(because, digest);
  }

  /** Releases the first tag item that is kept. All must be released, but what releases one often releases others. */
  private ofItems(digest: number): Change[] {
    const { snapshot, decisions } = this.state;
    for (const [stream, { tags }] of snapshot.streams.entries())
      for (const [tag, { items }] of tags.entries())
        for (const [position, { image }] of items.entries()) {
          if (image !== digest) continue;
          const { kept, because } = decisions.item(stream, tag, position);
          // The promoted item lists the same image, and is released first.
          if (because.rule === 'promoted') continue;
          if (kept) return this.ofReason(because, digest, { stream, tag, position });
        }
    return [];
  }

  private ofReason(because: Reason, digest: number, at?: { stream: number; tag: number; position: number }): Change[] {
    const { snapshot, uses } = this.state;
    const stream = at && snapshot.streams[at.stream]!;
    const key = stream ? streamKey(stream) : '';
    const tag = at ? stream!.tags[at.tag]!.name : '';
    switch (because.rule) {
      case 'revision':
        return this.revision(key, tag, because);
      case 'keep-always':
        return this.keepAlways(key, tag, because.policy);
      case 'young-stream':
      case 'young-item':
      case 'young-image':
        return this.young(because.created, because.policy);
      case 'pulled':
        return [{ kind: 'wait', until: because.until + 1 }];
      case 'tag-in-use':
        return this.ends(uses.tags.get(`${key}:${tag}`));
      case 'image-in-use':
        return this.ends(uses.images.get(key)?.get(digest));
      case 'digest-in-use':
        return this.digestUses(digest);
      case 'index-of-used-child':
        return this.ofChild(snapshot.digests.find(because.child));
      case 'index-child':
        return this.ofImage(snapshot.digests.find(because.index));
      case 'attached':
        return this.ofImage(snapshot.digests.find(because.subject));
      case 'not-managed':
        return [{ kind: 'all', value: true }];
      case 'images-stay':
      case 'other-namespace':
        return [{ kind: 'without-namespace' }];
      case 'protected':
        return [{ kind: 'unprotect', pattern: because.pattern }];
      case 'unreadable-image':
        return [{ kind: 'repair-image', image: because.image }];
      case 'within-size-limit':
        return this.limit(stream?.namespace ?? '', digest);
      default:
        return [];
    }
  }

  private revision(stream: string, tag: string, { position, keep, policy }: Revision): Change[] {
    const { way } = this;
    const value = Math.max(position, way.flagFrom);
    if (position >= way.flagFrom)
      return [policy ? { kind: 'rule-revisions', ...policy, value } : { kind: 'keep-tag-revisions', value }];
    if (way.revisions === 'delete-tag') return this.deleteTag(stream, tag);
    return [{ kind: 'newer-revisions', stream, tag, count: keep - position }];
  }

  private keepAlways(stream: string, tag: string, { rule }: PolicyPart): Change[] {
    const { way } = this;
    if (way.revisions === 'newer-revisions') return [];
    return way.flagFrom === 0 ? [{ kind: 'rule-keeps', rule: rule!, always: false }] : this.deleteTag(stream, tag);
  }

  /** Returns the deletion of a tag, with the end of each of its uses, also if they do not keep the image. */
  private deleteTag(stream: string, tag: string): Change[] {
    const key = `${stream}:${tag}`;
    if (this.deletedTags.has(key)) return [];
    this.deletedTags.add(key);
    return [{ kind: 'delete-tag', stream, tag }, ...this.ends(this.state.uses.tags.get(key))];
  }

  private young(created: number, part: PolicyPart | undefined): Change[] {
    const { options, now } = this.state;
    if (Number.isNaN(created)) return [];
    const { policy } = options;
    const { keepYoungerThanMs } = policy && part ? retentionOf(policy, part) : options;
    if (this.way.young === 'wait') return [{ kind: 'wait', until: created + keepYoungerThanMs }];
    const ms = Math.max(0, Math.floor((now - created) / 1000) * 1000);
    return [part ? { kind: 'rule-age', ...part, ms } : { kind: 'keep-younger-than', ms }];
  }

  private digestUses(digest: number): Change[] {
    const { uses, snapshot } = this.state;
    const image = snapshot.images.indexOf(digest);
    const byConfig = image === -1 ? undefined : uses.ids.get(snapshot.images.config(image));
    return this.ends([...(uses.digests.get(digest) ?? []), ...(uses.ids.get(digest) ?? []), ...(byConfig ?? [])]);
  }

  private ofChild(child: number): Change[] {
    const used = this.digestUses(child);
    return used.length > 0 ? used : this.ofImage(child);
  }

  private limit(namespace: string, digest: number): Change[] {
    const { images } = this.state.snapshot;
    const bytes = images.size(images.indexOf(digest));
    return bytes > 0 ? [{ kind: 'limit', namespace, bytes: bytes - 1 }] : [];
  }

  /** Returns the end of each object that has one of these uses; of an image stream, only of its tags that follow it. */
  private ends(uses: readonly Use[] = []): Change[] {
    const referrers = new Map(
      uses
        .filter(({ kind }) => kind !== STREAM_KIND)
        .map(({ kind, namespace, name }) => [`${kind} ${namespace}/${name}`, { kind, namespace, name }]),
    );
    const tags = uses.filter(({ kind }) => kind === STREAM_KIND);
    return [
      ...[...referrers.values()].map((referrer): Change => ({ kind: 'referrer-ends', referrer })),
      ...tags.flatMap(({ namespace, name, field }) =>
        this.deleteTag(`${namespace}/${name}`, field.replace(/^tag /, '')),
      ),
    ];
  }
}
