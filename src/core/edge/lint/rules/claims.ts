import { objectsOf, type EdgeFacts, type ObjectFacts } from '../facts.js';
import type { Finding } from '../finding.js';
import type { FieldPath } from '../../model.js';
import { NAMES } from '../../render/registry-objects.js';
import { PATHS, bytesAt } from './objects.js';
import { error, listText, type Rule } from './rule.js';

const CLASS: FieldPath = ['spec', 'storageClassName'];
const MODES: FieldPath = ['spec', 'accessModes'];
const VOLUME_MODE: FieldPath = ['spec', 'volumeMode'];
const NAME: FieldPath = ['metadata', 'name'];
const NAMESPACE: FieldPath = ['metadata', 'namespace'];
const CLAIM: FieldPath = ['spec', 'storage', 'pvc', 'claim'];

/** Rules that compare the claim with volume, storage class and registry Config. */
export const claimRules: Rule[] = [claimMatches, classNames, claimNames, claimNamespaces, provisioners];

/** Kubernetes binds a claim to a volume only if class, modes and size match. */
function claimMatches(facts: EdgeFacts): Finding[] {
  const volumes = objectsOf(facts, 'PersistentVolume');
  if (volumes.length === 0) return [];
  return objectsOf(facts, 'PersistentVolumeClaim').flatMap((claim) => {
    const ofClass = volumes.filter((volume) => volume.get(CLASS) === claim.get(CLASS));
    if (ofClass.length === 0) {
      const classes = listText(volumes.map((volume) => volume.get(CLASS)));
      return [
        error(
          'storage-class',
          claim.at(CLASS),
          `no volume has the claim's class ${String(claim.get(CLASS))}; the volumes have: ${classes}`,
          'set the same storageClassName in claim and volume',
        ),
      ];
    }
    const problems = ofClass.map((volume) => mismatches(claim, volume));
    return problems.some((each) => each.length === 0) ? [] : problems[0]!;
  });
}

function mismatches(claim: ObjectFacts, volume: ObjectFacts): Finding[] {
  const [wanted, offered] = [modes(claim), modes(volume)];
  const missing = wanted.filter((mode) => !offered.includes(mode));
  const [asked, given] = [volumeMode(claim), volumeMode(volume)];
  return [
    ...(bytesAt(claim, PATHS.REQUEST) > bytesAt(volume, PATHS.CAPACITY)
      ? [
          error(
            'claim-size',
            claim.at(PATHS.REQUEST),
            `the claim requests ${String(claim.get(PATHS.REQUEST))}, the volume has ${String(volume.get(PATHS.CAPACITY))}`,
            'request at most what the volume has',
          ),
        ]
      : []),
    ...(missing.length > 0
      ? [
          error(
            'access-modes',
            claim.at(MODES),
            `the claim requires ${listText(missing)}, the volume offers ${listText(offered)}`,
            'set the same accessModes in claim and volume',
          ),
        ]
      : []),
    ...(asked !== given
      ? [
          error(
            'volume-mode',
            claim.at(VOLUME_MODE),
            `the claim is for ${asked}, the volume is ${given}`,
            'set volumeMode: Filesystem in both',
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
        `storageClassName ${String(user.get(CLASS))} does not match a storage class in these files: ${listText(names)}`,
        `set storageClassName: ${String(names[0])}`,
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
        `the registry uses the claim ${String(config.get(CLAIM))}, but these files define ${listText(names)}`,
        `set spec.storage.pvc.claim: ${String(names[0])}`,
      ),
    );
}

/** The registry can use only claims in its own namespace. */
function claimNamespaces(facts: EdgeFacts): Finding[] {
  return objectsOf(facts, 'PersistentVolumeClaim')
    .filter((claim) => claim.get(NAMESPACE) !== NAMES.namespace)
    .map((claim) =>
      error(
        'claim-namespace',
        claim.at(NAMESPACE),
        `the claim is in the namespace ${String(claim.get(NAMESPACE) ?? '(none)')}`,
        `set metadata.namespace: ${NAMES.namespace}`,
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
        `the class has the provisioner ${String(object.get(['provisioner']) ?? '(none)')}, which would create volumes itself`,
        'set provisioner: kubernetes.io/no-provisioner',
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

/** Filesystem is the API server's default. */
function volumeMode(object: ObjectFacts): string {
  return String(object.get(VOLUME_MODE) ?? 'Filesystem');
}
