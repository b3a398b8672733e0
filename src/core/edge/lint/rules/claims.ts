import { objectsOf, type EdgeFacts, type ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { NAMES } from '../../render/registry-objects.js';
import { PATHS, bytes } from './objects.js';
import { error, words, type Rule } from './rule.js';

const CLASS: FieldPath = ['spec', 'storageClassName'];
const MODES: FieldPath = ['spec', 'accessModes'];
const VOLUME_MODE: FieldPath = ['spec', 'volumeMode'];
const NAME: FieldPath = ['metadata', 'name'];
const NAMESPACE: FieldPath = ['metadata', 'namespace'];
const CLAIM: FieldPath = ['spec', 'storage', 'pvc', 'claim'];

/** Rules on claim against volume, storage class and registry Config. */
export const claimRules: Rule[] = [claimsOfVolumes, classNames, claimNames, claimNamespaces, provisioners];

/** A claim is given a volume only when class, modes and size fit. */
function claimsOfVolumes(facts: EdgeFacts): Finding[] {
  const volumes = objectsOf(facts, 'PersistentVolume');
  if (volumes.length === 0) return [];
  return objectsOf(facts, 'PersistentVolumeClaim').flatMap((claim) => {
    const ofClass = volumes.filter((volume) => volume.get(CLASS) === claim.get(CLASS));
    if (ofClass.length === 0) {
      const classes = words(volumes.map((volume) => volume.get(CLASS)));
      return [
        error(
          'storage-class',
          claim.at(CLASS),
          `the claim's class ${String(claim.get(CLASS))} is the class of no volume: ${classes}`,
          'give claim and volume the same storageClassName',
        ),
      ];
    }
    const problems = ofClass.map((volume) => misfits(claim, volume));
    return problems.some((each) => each.length === 0) ? [] : problems[0]!;
  });
}

function misfits(claim: ObjectFacts, volume: ObjectFacts): Finding[] {
  const [wanted, offered] = [modes(claim), modes(volume)];
  const missing = wanted.filter((mode) => !offered.includes(mode));
  const [asked, given] = [volumeMode(claim), volumeMode(volume)];
  return [
    ...(bytes(claim, PATHS.REQUEST) > bytes(volume, PATHS.CAPACITY)
      ? [
          error(
            'claim-size',
            claim.at(PATHS.REQUEST),
            `the claim asks for ${String(claim.get(PATHS.REQUEST))}, the volume has ${String(volume.get(PATHS.CAPACITY))}`,
            'claim no more than the volume has',
          ),
        ]
      : []),
    ...(missing.length > 0
      ? [
          error(
            'access-modes',
            claim.at(MODES),
            `the claim wants ${words(missing)}, the volume offers ${words(offered)}`,
            'write the same accessModes in claim and volume',
          ),
        ]
      : []),
    ...(asked !== given
      ? [
          error(
            'volume-mode',
            claim.at(VOLUME_MODE),
            `the claim is for ${asked}, the volume is ${given}`,
            'write volumeMode: Filesystem in both',
          ),
        ]
      : []),
  ];
}

function classNames(facts: EdgeFacts): Finding[] {
  const names = objectsOf(facts, 'StorageClass').map((object) => object.get(NAME));
  if (names.length === 0) return [];
  const users = [...objectsOf(facts, 'PersistentVolume'), ...objectsOf(facts, 'PersistentVolumeClaim')];
  return users
    .filter((user) => !names.includes(user.get(CLASS)))
    .map((user) =>
      error(
        'storage-class',
        user.at(CLASS),
        `storageClassName ${String(user.get(CLASS))} is none of these files' storage classes: ${words(names)}`,
        `write storageClassName: ${String(names[0])}`,
      ),
    );
}

function claimNames(facts: EdgeFacts): Finding[] {
  const names = objectsOf(facts, 'PersistentVolumeClaim').map((claim) => claim.get(NAME));
  if (names.length === 0) return [];
  return registryConfigs(facts)
    .filter((config) => config.get(['spec', 'storage']) !== undefined && !names.includes(config.get(CLAIM)))
    .map((config) =>
      error(
        'claim-name',
        config.at(CLAIM),
        `the registry uses the claim ${String(config.get(CLAIM))}, but these files make ${words(names)}`,
        `write spec.storage.pvc.claim: ${String(names[0])}`,
      ),
    );
}

/** The registry can use claims of its own namespace only. */
function claimNamespaces(facts: EdgeFacts): Finding[] {
  return objectsOf(facts, 'PersistentVolumeClaim')
    .filter((claim) => claim.get(NAMESPACE) !== NAMES.namespace)
    .map((claim) =>
      error(
        'claim-namespace',
        claim.at(NAMESPACE),
        `the claim is in the namespace ${String(claim.get(NAMESPACE) ?? '(none)')}`,
        `write metadata.namespace: ${NAMES.namespace}`,
      ),
    );
}

function provisioners(facts: EdgeFacts): Finding[] {
  return objectsOf(facts, 'StorageClass')
    .filter((object) => object.get(['provisioner']) !== 'kubernetes.io/no-provisioner')
    .map((object) =>
      error(
        'provisioner',
        object.at(['provisioner']),
        `the class has the provisioner ${String(object.get(['provisioner']) ?? '(none)')}, which would make volumes of its own`,
        'write provisioner: kubernetes.io/no-provisioner',
      ),
    );
}

function registryConfigs(facts: EdgeFacts): ObjectFacts[] {
  return objectsOf(facts, 'Config').filter((config) =>
    String(config.get(['apiVersion'])).startsWith('imageregistry.operator.openshift.io/'),
  );
}

function modes(object: ObjectFacts): string[] {
  const value = object.get(MODES);
  return Array.isArray(value) ? value.map(String) : [];
}

/** Filesystem is what the API server writes where none is given. */
function volumeMode(object: ObjectFacts): string {
  return String(object.get(VOLUME_MODE) ?? 'Filesystem');
}
