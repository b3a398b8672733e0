import { formatBytes } from '../model/values/quantity.js';
import type { Change } from './changes.js';
import { describePolicyChange } from './policy-changes.js';

/** Returns the only image stream (`namespace/name`) of an image's places; empty if there is none, or several. */
export function onlyStream(places: readonly { namespace: string; stream: string }[]): string {
  const [first, ...others] = new Set(places.map(({ namespace, stream }) => `${namespace}/${stream}`));
  return others.length > 0 ? '' : (first ?? '');
}

/**
 * Formats changes as a clause: "with --keep-tag-revisions=2, once tag v2.1-may-2016 is deleted". Times are in UTC.
 * @param here the image stream that the text is about: tags of others are named with their stream; empty: all are
 */
export function describeChanges(changes: readonly Change[], here: string): string {
  const isElsewhere = changes.some((change) => 'stream' in change && change.stream !== here);
  const tag = (change: { stream: string; tag: string }): string =>
    isElsewhere ? `${change.stream}:${change.tag}` : change.tag;
  const flags = changes.map(flag).filter((one) => one !== undefined);
  const deleted = changes.filter((change) => change.kind === 'delete-tag').map(tag);
  const ended = changes.filter((change) => change.kind === 'referrer-ends');
  const clauses = [
    ...(flags.length > 0 ? [`with ${list(flags)}`] : []),
    ...changes.map(state).filter((one) => one !== undefined),
    ...(deleted.length > 0
      ? [
          `once ${deleted.length === 1 ? 'tag' : 'tags'} ${list(deleted)} ${deleted.length === 1 ? 'is' : 'are'} deleted`,
        ]
      : []),
    ...pushes(
      changes
        .filter((change) => change.kind === 'newer-revisions')
        .map((change) => ({ count: change.count, to: tag(change) })),
    ),
    ...endings(ended.map(({ referrer }) => referrer)),
  ];
  return clauses.join(', ');
}

function flag(change: Change): string | undefined {
  switch (change.kind) {
    case 'keep-tag-revisions':
      return `--keep-tag-revisions=${change.value}`;
    case 'keep-younger-than':
      return `--keep-younger-than=${duration(change.ms)}`;
    case 'all':
      return `--all=${change.value}`;
    case 'prune-signatures':
      return '--prune-signatures';
    case 'referrers':
      return `--referrers=${change.value}`;
    default:
      return undefined;
  }
}

function state(change: Change): string | undefined {
  switch (change.kind) {
    case 'rule-revisions':
    case 'rule-age':
    case 'rule-keeps':
      return describePolicyChange(change, duration);
    case 'without-namespace':
      return 'without --namespace';
    case 'unprotect':
      return `without "${change.pattern}" in the file of --protect`;
    case 'protect':
      return 'if its digest is in the file of --protect';
    case 'add-tag':
      return `if it gets a tag of its own (oc tag ${change.stream}@${change.image} ${change.stream}:${change.tag})`;
    case 'wait':
      return `after ${new Date(change.until).toISOString().replace(/\.\d+Z$/, 'Z')}`;
    case 'repair-image':
      return `once image ${change.image}, whose metadata cannot be read, is repaired or deleted`;
    case 'limit':
      return `with a limit of ${formatBytes(change.bytes)} in the LimitRange of ${change.namespace}`;
    default:
      return undefined;
  }
}

function pushes(pushed: { count: number; to: string }[]): string[] {
  const [first, ...others] = pushed.map(
    ({ count, to }, at) =>
      `${count}${at === 0 ? ` newer ${count === 1 ? 'image is' : 'images are'} pushed` : ''} to tag ${to}`,
  );
  return first === undefined ? [] : [`once ${list([first, ...others])}`];
}

type Referrer = { kind: string; namespace: string; name: string };

/** Maximum objects that are named; the rest are counted. */
const NAMED = 5;

function endings(referrers: Referrer[]): string[] {
  const pods = referrers.filter(({ kind }) => kind === 'Pod');
  const others = referrers.filter(({ kind }) => kind !== 'Pod');
  return [
    ...(pods.length > 0 ? [`once ${named(pods)} ${pods.length === 1 ? 'ends' : 'end'}`] : []),
    ...(others.length > 0
      ? [`once ${named(others)} ${others.length === 1 ? 'is' : 'are'} deleted or changed to use something else`]
      : []),
  ];
}

function named(referrers: Referrer[]): string {
  const names = referrers.map(
    ({ kind, namespace, name }) => `${kind.toLowerCase()} ${namespace ? `${namespace}/` : ''}${name}`,
  );
  return names.length <= NAMED ? list(names) : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

function list(texts: string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

/** Formats a duration as a flag accepts it: `96h`, `90m`, `45s`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds === 0) return '0';
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
