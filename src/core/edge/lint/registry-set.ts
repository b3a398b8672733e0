import { basename } from 'node:path';
import { isRecord } from '../../model/values/json.js';
import { NAMES } from '../render/registry-objects.js';
import { mountsOf, type EdgeFacts, type ObjectFacts } from './facts.js';
import { FIELDS } from './fields.js';
import { canBeEqual, fieldOf, isFilledIn } from './known.js';
import { withoutSlashAtEnd } from '../text-problems.js';

/** The objects of the registry. The files can also contain storage of other applications, which no rule judges. */
export interface RegistrySet {
  configs: ObjectFacts[];
  claims: ObjectFacts[];
  /** True if only the absence of other claims suggests that the claims are the registry's. */
  claimsAreAssumed: boolean;
  volumes: ObjectFacts[];
  classes: ObjectFacts[];
  /** Every object that is applied, those of other applications included. */
  applied: ObjectFacts[];
}

/** The claim that the registry's operator uses if its Config names none. */
const OPERATORS_CLAIM = 'image-registry-storage';

/** Selects the objects of the registry by the names that connect them. */
export function registrySet(facts: EdgeFacts): RegistrySet {
  // A policy with mustnothave removes the object.
  const applied = facts.objects.filter((object) => complianceOf(object) !== 'mustnothave');
  const configs = ofKind(applied, 'Config').filter(isRegistryConfig);
  const marked = ofKind(applied, 'PersistentVolume').filter(isMarked);
  const known = registryClaims(applied, configs, marked);
  const assumed = known.length === 0 ? assumedClaims(applied) : [];
  const claims = [...known, ...assumed];
  const volumes = registryVolumes(facts, { applied, claims, known, marked });
  const names = new Set([NAMES.storageClass, ...[...claims, ...volumes].map((user) => classOf(user))] as unknown[]);
  const classes = ofKind(applied, 'StorageClass').filter((each) => names.has(fieldOf(each, FIELDS.name)));
  return { configs, claims, claimsAreAssumed: assumed.length > 0, volumes, classes, applied };
}

export function ofKind(objects: ObjectFacts[], kind: string): ObjectFacts[] {
  return objects.filter((object) => object.kind === kind);
}

/** Returns how a policy applies an object; Kubernetes accepts `MustHave` and `Musthave`, too. */
export function complianceOf({ policy }: ObjectFacts): unknown {
  const value = policy?.complianceType.value;
  return typeof value === 'string' && !isFilledIn(value) ? value.toLowerCase() : value;
}

/** Returns the storage class that a claim or a volume names; undefined if it names none. */
export function classOf(object: ObjectFacts): unknown {
  return fieldOf(object, FIELDS.class) ?? object.get(FIELDS.olderClass);
}

/** True if two objects name the same storage class, or can because one of them is filled in. */
export function sameClass(a: ObjectFacts, b: ObjectFacts): boolean {
  return canBeEqual(classOf(a), classOf(b));
}

/** True if the claim sets nothing: its published source file has an empty `spec`, which a policy must set. */
export function isUnset(claim: Pick<ObjectFacts, 'get'>): boolean {
  const spec = claim.get(['spec']);
  return spec === undefined || spec === null || (isRecord(spec) && Object.keys(spec).length === 0);
}

/** Finds the claims that a Config can use. Returns none for a Config without a claim. */
export function claimsOf(config: ObjectFacts, claims: ObjectFacts[]): ObjectFacts[] {
  const name = fieldOf(config, FIELDS.claim);
  if (!name) return [];
  if (isFilledIn(name)) return claims;
  const { byName, filledIn } = namesOf(claims);
  return [...(byName.get(name) ?? []), ...filledIn];
}

interface Names {
  byName: Map<unknown, ObjectFacts[]>;
  /** Objects whose name is filled in. */
  filledIn: ObjectFacts[];
}

const NAMES_OF_LIST = new WeakMap<ObjectFacts[], Names>();

/** Groups the objects of a list by name, once. */
function namesOf(objects: ObjectFacts[]): Names {
  const known = NAMES_OF_LIST.get(objects);
  if (known) return known;
  const names: Names = { byName: new Map(), filledIn: [] };
  NAMES_OF_LIST.set(objects, names);
  for (const object of objects) {
    const name = fieldOf(object, FIELDS.name);
    const same = names.byName.get(name);
    if (isFilledIn(name)) names.filledIn.push(object);
    else if (same) same.push(object);
    else names.byName.set(name, [object]);
  }
  return names;
}

function isRegistryConfig(config: ObjectFacts): boolean {
  return String(config.get(['apiVersion'])).startsWith('imageregistry.operator.openshift.io/');
}

/** True if a volume has the names or the path of the published source file. */
function isMarked(volume: ObjectFacts): boolean {
  return (
    basename(volume.fileName) === 'ImageRegistryPV.yaml' ||
    withoutSlashAtEnd(String(fieldOf(volume, FIELDS.localPath))) === NAMES.path ||
    fieldOf(volume, FIELDS.name) === NAMES.volume ||
    classOf(volume) === NAMES.storageClass
  );
}

/**
 * Selects the claims that the Configs name. If one of them names none that it can use, also those that are in the
 * registry's namespace, have a name that only the registry's have, or have the class of the registry's volume.
 */
function registryClaims(applied: ObjectFacts[], configs: ObjectFacts[], volumes: ObjectFacts[]): ObjectFacts[] {
  const all = ofKind(applied, 'PersistentVolumeClaim');
  const { byName } = namesOf(all);
  const names = [...new Set(configs.map((config) => fieldOf(config, FIELDS.claim)))];
  const named = names.map((name) => (name === undefined ? [] : (byName.get(name) ?? [])));
  const usable = named.map((claims) => claims.filter(isUsable));
  if (usable.length > 0 && usable.every((claims) => claims.length > 0)) return [...new Set(usable.flat())];
  const classes = volumes.map((volume) => classOf(volume)).filter((name) => name && !isFilledIn(name));
  const likely = all.filter(
    (claim) =>
      fieldOf(claim, FIELDS.namespace) === NAMES.namespace ||
      [NAMES.claim, OPERATORS_CLAIM].includes(fieldOf(claim, FIELDS.name) as string) ||
      classes.includes(classOf(claim)),
  );
  return [...new Set([...usable.flat(), ...(likely.length > 0 ? likely : named.flat())])];
}

/** True if the registry can use a claim: only those in its own namespace. */
function isUsable(claim: ObjectFacts): boolean {
  return canBeEqual(fieldOf(claim, FIELDS.namespace), NAMES.namespace);
}

/** Without policies, all files are probably about the registry. */
function assumedClaims(applied: ObjectFacts[]): ObjectFacts[] {
  if (applied.some(({ policy }) => policy)) return [];
  return ofKind(applied, 'PersistentVolumeClaim').filter((claim) => !isUnset(claim));
}

interface Selected {
  applied: ObjectFacts[];
  claims: ObjectFacts[];
  /** The claims that are not just assumed to be the registry's. */
  known: ObjectFacts[];
  marked: ObjectFacts[];
}

/** Selects the marked volumes and those of the claims' class, or else the volume that is probably meant. */
function registryVolumes(facts: EdgeFacts, { applied, claims, known, marked }: Selected): ObjectFacts[] {
  const all = ofKind(applied, 'PersistentVolume');
  const classes = new Set(claims.map((claim) => classOf(claim)).filter((name) => name && !isFilledIn(name)));
  // If a marked volume has no claim, the class of a claim is probably wrong, and names another application's volume.
  const isUnclaimed = marked.some((volume) => !claims.some((claim) => sameClass(claim, volume)));
  const ofClaims = isUnclaimed ? [] : all.filter((volume) => classes.has(classOf(volume)));
  const selected = new Set([...marked, ...ofClaims]);
  const found = all.filter((volume) => selected.has(volume));
  if (found.length > 0) return found;
  const mounted = mountsOf(facts).map(({ path }) => withoutSlashAtEnd(path));
  const onMount = all.filter((volume) =>
    mounted.includes(withoutSlashAtEnd(String(fieldOf(volume, FIELDS.localPath)))),
  );
  if (onMount.length > 0) return onMount;
  const isOnlyOne = all.length === 1 && !applied.some(({ policy }) => policy);
  return isOnlyOne && (known.length === 1 || new Set(mounted).size === 1) ? all : [];
}
