import { beside } from '../beside.js';
import { FIELDS } from '../fields.js';
import type { ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import { fieldOf, isFilledIn } from '../known.js';
import { classOf, isUnset, ofKind, sameClass, type RegistrySet } from '../registry-set.js';
import { bytesOf, isQuantity } from './quantities.js';
import { error, listText, valueText, type Rule } from './rule.js';

/** Rules that compare the claim with the volume. */
export const claimRules: Rule[] = [claimMatches];

/** Kubernetes binds a claim to a volume of its class only if modes and size match, too. */
function claimMatches(_facts: unknown, registry: RegistrySet): Finding[] {
  const unbound = new Set(unboundClaims(registry));
  return registry.claims.flatMap((claim) => {
    if (isUnset(claim)) return [];
    // A wrong class can hide other mistakes.
    const own = unbound.has(claim) ? registry.volumes : volumesOfClass(claim, registry);
    const best = fewestMismatches(claim, own);
    if (best?.length === 0 || unbound.has(claim)) return best ?? [];
    const other = fewestMismatches(claim, otherVolumes(claim, registry));
    return best && other && other.length < best.length ? other : (best ?? []);
  });
}

/**
 * Lists the claims with another class than the registry's volumes. A claim that no Config names can belong to something
 * else.
 */
export function unboundClaims(registry: RegistrySet): ObjectFacts[] {
  const { configs, claims, volumes } = registry;
  if (volumes.length === 0) return [];
  if (configs.length > 0 && !configs.some((config) => fieldOf(config, FIELDS.claim))) return [];
  return claims.filter((claim) => !isUnset(claim) && !volumes.some((volume) => sameClass(claim, volume)));
}

/** Finds the registry's volumes of the claim's class, one by one: there can be thousands, and the first often fits. */
function* volumesOfClass(claim: ObjectFacts, { volumes }: RegistrySet): Generator<ObjectFacts> {
  for (const volume of beside(claim, volumes)) if (sameClass(claim, volume)) yield volume;
}

/** Lists all volumes of the claim's class. */
function otherVolumes(claim: ObjectFacts, { applied }: RegistrySet): ObjectFacts[] {
  if (isFilledIn(classOf(claim))) return [];
  const all = ofKind(applied, 'PersistentVolume');
  return beside(claim, all).filter((volume) => classOf(volume) === classOf(claim));
}

/** Compares a claim with volumes until one has no mismatch; returns undefined if there are no volumes. */
function fewestMismatches(claim: ObjectFacts, volumes: Iterable<ObjectFacts>): Finding[] | undefined {
  let fewest: Finding[] | undefined;
  for (const volume of volumes) {
    const found = mismatches(claim, volume);
    if (found.length === 0) return found;
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  return fewest;
}

function mismatches(claim: ObjectFacts, volume: ObjectFacts): Finding[] {
  return [sizeMismatch, modesMismatch, volumeModeMismatch].flatMap((compare) => compare(claim, volume) ?? []);
}

function sizeMismatch(claim: ObjectFacts, volume: ObjectFacts): Finding | undefined {
  const [request, capacity] = [fieldOf(claim, FIELDS.request), fieldOf(volume, FIELDS.capacity)];
  if (!isQuantity(request) || !isQuantity(capacity) || bytesOf(request) <= bytesOf(capacity)) return undefined;
  return error(
    'claim-size',
    claim.at(FIELDS.request),
    `the claim requests ${String(request)}, the volume has ${String(capacity)}`,
    `request at most what the volume has: ${String(capacity)}`,
  );
}

function modesMismatch(claim: ObjectFacts, volume: ObjectFacts): Finding | undefined {
  const [wanted, offered] = [modesOf(claim), modesOf(volume)];
  const missing = wanted?.filter((mode) => !offered?.includes(mode)) ?? [];
  if (!offered || missing.length === 0) return undefined;
  return error(
    'access-modes',
    claim.at(FIELDS.modes),
    `the claim requires ${listText(missing)}, the volume offers ${listText(offered)}`,
    offered.length > 0 ? `request only what the volume offers: ${listText(offered)}` : "set the volume's accessModes",
  );
}

/** The registry stores files, so that Filesystem is right. It is the API server's default. */
function volumeModeMismatch(claim: ObjectFacts, volume: ObjectFacts): Finding | undefined {
  const [asked, given] = [claim, volume].map((object) => fieldOf(object, FIELDS.volumeMode) ?? 'Filesystem');
  if (asked === given || isFilledIn(asked) || isFilledIn(given)) return undefined;
  const wrong = asked === 'Filesystem' ? volume : claim;
  return error(
    'volume-mode',
    wrong.at(FIELDS.volumeMode),
    `the claim is for ${valueText(asked)}, the volume is ${valueText(given)}`,
    'set volumeMode: Filesystem',
  );
}

/** Returns the access modes; undefined if they are filled in. */
function modesOf(object: ObjectFacts): unknown[] | undefined {
  const value = fieldOf(object, FIELDS.modes);
  if (isFilledIn(value)) return undefined;
  return Array.isArray(value) ? value : [];
}
