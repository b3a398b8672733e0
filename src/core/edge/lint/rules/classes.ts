import type { ObjectFacts } from '../facts.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { canBeEqual, fieldOf, isFilledIn } from '../known.js';
import { classOf, ofKind, type RegistrySet } from '../registry-set.js';
import { unboundClaims } from './claims.js';
import { error, listText, valueText, type Rule } from './rule.js';

/** Rules about the storage class that claim, volume and StorageClass name. */
export const classRules: Rule[] = [
  (_facts, registry) => unboundClaims(registry).map((claim) => differentClasses(claim, registry)),
  (_facts, registry) => undefinedClasses(registry),
];

/** Name of the class in the published source file, which a policy replaces. */
const EXAMPLE = 'example-storage-class';

const nameOf = (object: ObjectFacts): unknown => fieldOf(object, FIELDS.name);

/** Reports the class at the volume if a StorageClass has that of the claim, and otherwise at the claim. */
function differentClasses(claim: ObjectFacts, { volumes, applied }: RegistrySet): Finding {
  const defined = ofKind(applied, 'StorageClass').map(nameOf);
  const [volume] = volumes;
  const isVolumeWrong = defined.includes(classOf(claim)) && !volumes.some((each) => defined.includes(classOf(each)));
  if (isVolumeWrong) {
    return error(
      'storage-class',
      volume!.at(FIELDS.class),
      `the volume has the class ${valueText(classOf(volume!))}, the claim ${valueText(classOf(claim))}`,
      `set spec.storageClassName: ${valueText(classOf(claim))}`,
    );
  }
  return error(
    'storage-class',
    claim.at(FIELDS.class),
    `no volume has the claim's class ${valueText(classOf(claim))}; the volumes have: ${listText(volumes.map(classOf))}`,
    `set spec.storageClassName: ${valueText(classOf(volume!))}`,
  );
}

/**
 * Reports classes of volumes and claims that no StorageClass defines, if these files define a class that nothing uses:
 * one of both names is wrong. Without such a class, the StorageClass can be in another file.
 */
function undefinedClasses(registry: RegistrySet): Finding[] {
  const all = ofKind(registry.applied, 'StorageClass');
  if (all.some((each) => isFilledIn(nameOf(each)))) return [];
  const users = usersOfOneClass(registry).filter((user) => {
    const name = classOf(user);
    return name !== undefined && !isFilledIn(name) && !all.some((each) => nameOf(each) === name);
  });
  const [user] = users;
  const unused = unusedClasses(registry).find((each) => !isExample(each) || isInFilesOf(each, users));
  if (!user || !unused) return [];
  const [used, defined] = [valueText(classOf(user)), valueText(nameOf(unused))];
  const isClassWrong = users.length > 1 || user.isPublished(FIELDS.class);
  return [
    isClassWrong
      ? error(
          'storage-class',
          unused.at(FIELDS.name),
          `nothing uses the storage class ${defined}, and none has the name that volume and claim use: ${used}`,
          `set metadata.name: ${used}`,
        )
      : error(
          'storage-class',
          user.at(FIELDS.class),
          `storageClassName ${used} does not match a storage class in these files: ${defined}`,
          `set spec.storageClassName: ${defined}`,
        ),
  ];
}

/** Lists volumes and claims that agree on a class. If they differ, that is another finding. */
function usersOfOneClass(registry: RegistrySet): ObjectFacts[] {
  if (unboundClaims(registry).length > 0) return [];
  return [...registry.volumes, ...registry.claims];
}

/** Lists the classes that neither volumes nor claims name, those of other applications included. */
function unusedClasses({ applied }: RegistrySet): ObjectFacts[] {
  const users = [...ofKind(applied, 'PersistentVolume'), ...ofKind(applied, 'PersistentVolumeClaim')];
  return ofKind(applied, 'StorageClass').filter(
    (each) => !users.some((user) => canBeEqual(classOf(user), nameOf(each))),
  );
}

/** True for an unchanged source file. It can belong to another application. */
function isExample(each: ObjectFacts): boolean {
  return each.isPublished(FIELDS.name) || nameOf(each) === EXAMPLE;
}

function isInFilesOf(each: ObjectFacts, users: ObjectFacts[]): boolean {
  const fileOf = ({ policy, at }: ObjectFacts): string => (policy?.complianceType.at ?? at([])).file;
  return users.some((user) => fileOf(user) === fileOf(each));
}
