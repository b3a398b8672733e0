import { quote } from '../model/names/quote.js';
import type { Use } from '../model/referrer.js';
import { humanDuration } from '../model/values/age.js';

/** Why a tag item or an image is kept or deleted. */
export type Reason =
  | { rule: 'young-stream' | 'young-item' | 'young-image'; created: number; policy?: PolicyPart }
  | {
      rule:
        | 'other-namespace'
        | 'not-managed'
        | 'within-size-limit'
        | 'no-image'
        | 'image-not-saved'
        | 'unlisted'
        | 'images-stay'
        | 'replaced'
        | 'not-in-plan'
        | 'unread-manifest';
    }
  | { rule: 'tag-in-use' | 'image-in-use' | 'digest-in-use'; by: Use; others: number }
  | { rule: 'revision' | 'beyond-revisions'; position: number; of: number; keep: number; policy?: PolicyPart }
  | { rule: 'keep-always' | 'expired'; policy: PolicyPart }
  | PulledReason
  | { rule: 'over-size-limit'; bytes: number; limit: number }
  | { rule: 'promoted'; stream: string; tag: string }
  | { rule: 'streams-not-saved'; namespace: string }
  | { rule: 'protected'; pattern: string }
  | { rule: 'invalid-name'; what: 'image' | 'tag-item' | 'stream' }
  | { rule: 'unreadable-image'; image: string; where?: string }
  | { rule: 'tag-item'; stream: string; tag: string; position: number; of: number }
  | { rule: 'index-child'; index: string; through?: KeptThrough }
  | { rule: 'index-of-used-child'; child: string; through?: KeptThrough }
  | { rule: 'attached' | 'subject-gone'; subject: string; through?: KeptThrough };

/** An image was pulled recently. Times are in ms since the epoch. */
export interface PulledReason {
  rule: 'pulled';
  /** Age of the pull in ms; 0 if its time is in the future. */
  agoMs: number;
  /** Until when the pull keeps the image, unless it is pulled again. */
  until: number;
  /** Absent: `--keep-pulled-within`. */
  policy?: PolicyPart;
}

/** What a decision names: a rule of the policy, or its defaults if there is no rule. */
export interface PolicyPart {
  readonly rule?: string;
}

/**
 * What keeps the image that a reason refers to. Images can keep each other over several levels; this is the end of that
 * chain, which names an object and its namespace.
 */
export interface KeptThrough {
  /** The image at the end of the chain. */
  image: string;
  because: Reason;
}

const INVALID_NAMES = {
  image: 'its name is not a digest',
  'tag-item': 'the image name in it is not a digest',
  stream: 'the name of the image stream is not the name of a repository',
} as const;

/** Describes a reason in a phrase that completes "kept: …" or "deleted: …". */
// eslint-disable-next-line max-lines-per-function -- one case per rule; splitting it would only scatter the table
export function describeReason(reason: Reason): string {
  switch (reason.rule) {
    case 'young-stream':
      return `the image stream is younger than ${youth(reason.policy)} (created ${toTime(reason.created)})`;
    case 'young-item':
      return `younger than ${youth(reason.policy)} (created ${toTime(reason.created)})`;
    case 'young-image':
      return `the image is younger than ${youth(reason.policy)} (created ${toTime(reason.created)})`;
    case 'other-namespace':
      return 'outside the namespace that is pruned';
    case 'not-managed':
      return 'imported, not pushed, and --all=false';
    case 'within-size-limit':
      return 'does not exceed the size limits of its namespace';
    case 'no-image':
      return 'the image does not exist';
    case 'image-not-saved':
      return 'the files lack its image, which may exist';
    case 'unlisted':
      return 'no remaining tag item lists it and nothing uses it';
    case 'not-in-plan':
      return 'the plan file does not name it';
    case 'unread-manifest':
      return 'its manifest cannot be read, so it may belong to an image that is kept';
    case 'replaced':
      return 'it was deleted and pushed again in the meantime';
    case 'images-stay':
      return 'with --namespace images are never deleted: their use elsewhere is unknown';
    case 'tag-in-use':
      return `the tag's newest item, and the tag is used by ${describeUse(reason.by)}${more(reason.others)}`;
    case 'image-in-use':
      return `used by ${describeUse(reason.by)}${more(reason.others)}`;
    case 'digest-in-use':
      return `its digest is used by ${describeUse(reason.by)}${more(reason.others)}`;
    case 'revision':
      return `position ${reason.position} of ${reason.of} is within ${revisions(reason)}`;
    case 'beyond-revisions':
      return `position ${reason.position} of ${reason.of} is beyond ${revisions(reason)} and nothing uses it`;
    case 'keep-always':
      return `${describePart(reason.policy)} keeps it`;
    case 'expired':
      return `the tag expired under ${describePart(reason.policy)} and nothing uses it`;
    case 'pulled':
      return `pulled ${humanDuration(reason.agoMs)} ago${reason.policy ? ` (keepPulledWithin of ${describePart(reason.policy)})` : ''}`;
    case 'over-size-limit':
      return `${reason.bytes} bytes exceed the limit of ${reason.limit} and nothing uses it`;
    case 'promoted':
      return `image stream tag ${reason.stream}:${reason.tag} was promoted from here`;
    case 'protected':
      return `protected by "${reason.pattern}" of --protect`;
    case 'streams-not-saved':
      return `the files lack the image streams of namespace ${reason.namespace}, to which it was pushed`;
    case 'invalid-name':
      return INVALID_NAMES[reason.what];
    case 'unreadable-image':
      return `the metadata of image ${reason.image}${reason.where ? ` (${reason.where})` : ''} cannot be read`;
    case 'tag-item':
      return `listed by ${reason.stream}:${reason.tag} at position ${reason.position} of ${reason.of}`;
    case 'index-child':
      return `image index ${reason.index} names it${describeThrough(reason.index, reason.through)}`;
    case 'index-of-used-child':
      return `it names ${reason.child}${describeThrough(reason.child, reason.through) || ', which is in use'}`;
    case 'attached':
      return `it belongs to image ${reason.subject}${describeThrough(reason.subject, reason.through) || ', which is kept'}`;
    case 'subject-gone':
      return `it belongs to image ${reason.subject}, which is not kept`;
  }
}

/** Returns the reason at the end of a chain: of an image that is kept for `because`. */
export function endOfChain(image: string, because: Reason): KeptThrough {
  return ('through' in because ? because.through : undefined) ?? { image, because };
}

function describeThrough(image: string, through: KeptThrough | undefined): string {
  if (!through) return '';
  const what = through.image === image ? '' : ` because of image ${through.image}`;
  return `, which is kept${what}: ${describeReason(through.because)}`;
}

/** Describes a use: `pod shop/web-1 (container web)`. */
export function describeUse(use: Use): string {
  return `${use.kind.toLowerCase()} ${use.namespace ? `${use.namespace}/` : ''}${use.name}${use.field ? ` (${use.field})` : ''}`;
}

/** Describes what decides: `rule "releases"`. */
export function describePart({ rule }: PolicyPart): string {
  return rule === undefined ? 'the defaults of the policy' : `rule ${quote(rule)}`;
}

function youth(policy: PolicyPart | undefined): string {
  return policy ? `keepYoungerThan of ${describePart(policy)}` : '--keep-younger-than';
}

function revisions({ keep, policy }: { keep: number; policy?: PolicyPart }): string {
  return policy ? `keepTagRevisions=${keep} of ${describePart(policy)}` : `--keep-tag-revisions=${keep}`;
}

function more(others: number): string {
  return others > 0 ? ` and ${others} more` : '';
}

function toTime(ms: number): string {
  return Number.isNaN(ms) ? 'at an unknown time' : new Date(ms).toISOString();
}
