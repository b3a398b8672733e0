import type { ObjectPruneOptions } from './options.js';
import { keyOf, type OwnerRecord, type OwnerReference } from './object.js';

/** How the objects of one owner are counted: `--keep-complete` and `--keep-failed`. */
export type Outcome = 'complete' | 'failed';

/** Names an owner that may not exist. */
export type OwnerName = Pick<OwnerRecord, 'kind' | 'namespace' | 'name'>;

/** Why an object is deleted. */
export type DeletionReason =
  { because: 'surplus'; outcome: Outcome; keep: number; owner: OwnerName } | { because: 'orphan'; owner?: OwnerName };

/** Why an object is kept. */
export type KeepReason =
  | { because: 'young'; keepYoungerThanMs: number }
  | { because: 'age-unknown' }
  | { because: 'deleting' }
  | { because: 'phase'; phase?: string }
  | { because: 'newest'; outcome: Outcome; position: number; keep: number; owner: OwnerName }
  | { because: 'current'; owner: OwnerName }
  | { because: 'replicas' }
  | { because: 'other-controller'; owner: OwnerReference }
  | { because: 'owner-replaced'; owner: OwnerName }
  | { because: 'owner-elsewhere'; owner: OwnerName }
  | { because: 'owner-incomplete' }
  | { because: 'namesake'; owner: OwnerName; namesake: OwnerName }
  | { because: 'orphan-kept'; owner: OwnerName }
  | { because: 'no-owner' };

type Reason = DeletionReason | KeepReason;

/** Describes a reason for people: it continues "NAME is kept: " or "NAME is deleted: ". */
export function describeReason(reason: Reason): string {
  switch (reason.because) {
    case 'surplus':
      return `beyond --keep-${reason.outcome}=${reason.keep} of ${ownerText(reason.owner)}`;
    case 'orphan':
      return reason.owner
        ? `${ownerText(reason.owner)} does not exist (--orphans)`
        : 'no BuildConfig, DeploymentConfig or Deployment owns it (--orphans)';
    case 'newest':
      return `number ${reason.position + 1} of ${ownerText(reason.owner)} is within --keep-${reason.outcome}=${reason.keep}`;
    case 'current':
      return `it is the current revision of ${ownerText(reason.owner)}`;
    case 'other-controller':
      return `${reason.owner.kind} ${reason.owner.name} (${reason.owner.apiVersion}) owns it`;
    default:
      return describeShort(reason);
  }
}

type ShortReason = Exclude<Reason, { because: 'surplus' | 'orphan' | 'newest' | 'current' | 'other-controller' }>;

function describeShort(reason: ShortReason): string {
  switch (reason.because) {
    case 'young':
      return 'it is younger than --keep-younger-than';
    case 'age-unknown':
      return 'its age is not known: it has no creationTimestamp';
    case 'deleting':
      return 'it is already being deleted: finalizers keep it';
    case 'phase':
      return reason.phase === undefined ? 'it states no phase' : `its phase is ${reason.phase}`;
    case 'replicas':
      return 'it has replicas, or does not state that it has none';
    case 'owner-replaced':
      return `${ownerText(reason.owner)} was deleted and created again: this is a different one`;
    case 'owner-elsewhere':
      return `${ownerText(reason.owner)} is in another namespace`;
    case 'orphan-kept':
      return `${ownerText(reason.owner)} does not exist; --orphans deletes it`;
    case 'owner-incomplete':
      return 'it does not state both the namespace and the name of its BuildConfig';
    case 'namesake':
      return `${ownerText(reason.owner)} does not exist, but ${ownerText(reason.namesake)} has its name`;
    case 'no-owner':
      return 'no BuildConfig, DeploymentConfig or Deployment owns it';
  }
}

/** Describes an owner: `BuildConfig dev/app`. */
export function ownerText(owner: OwnerName): string {
  return `${owner.kind} ${keyOf(owner)}`;
}

/** Returns whether an object is too young, or of unknown age; undefined if its age allows its deletion. */
export function ageReason(
  { created, isDeleting }: { created?: number; isDeleting: boolean },
  now: number,
  { keepYoungerThanMs, rules }: ObjectPruneOptions,
): KeepReason | undefined {
  if (rules === 'safe' && isDeleting) return { because: 'deleting' };
  if (created === undefined) return rules === 'safe' ? { because: 'age-unknown' } : undefined;
  return created < now - keepYoungerThanMs ? undefined : { because: 'young', keepYoungerThanMs };
}
