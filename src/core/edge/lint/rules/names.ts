import { NAMES } from '../../render/registry-objects.js';
import type { ObjectFacts } from '../facts.js';
import { beside } from '../beside.js';
import { FIELDS } from '../fields.js';
import type { Finding } from '../finding.js';
import { canBeEqual, fieldOf, isFilledIn } from '../known.js';
import { claimsOf, classOf, ofKind, sameClass, type RegistrySet } from '../registry-set.js';
import { error, listText, valueText, warning, type Rule } from './rule.js';

/** Rules about the names of claims, and about the class's provisioner. */
export const nameRules: Rule[] = [claimNames, unusedClaims, claimNamespaces, provisioners];

function claimNames(_facts: unknown, { configs, claims, volumes, classes, applied }: RegistrySet): Finding[] {
  if (claims.length === 0) return volumes.length + classes.length > 0 ? configs.flatMap(missingClaim) : [];
  // Another site's Config can be the reason that a claim is the registry's, and the other way round.
  const inNamespace = ofKind(applied, 'PersistentVolumeClaim').filter(
    (claim) => fieldOf(claim, FIELDS.namespace) === NAMES.namespace,
  );
  const all = [...new Set([...claims, ...inNamespace])];
  return configs
    .filter((config) => fieldOf(config, FIELDS.claim) && claimsOf(config, beside(config, all)).length === 0)
    .map((config) => {
      const defined = [...new Set(beside(config, all).map((claim) => fieldOf(claim, FIELDS.name)))];
      return error(
        'claim-name',
        config.at(FIELDS.claim),
        `the registry uses the claim ${valueText(fieldOf(config, FIELDS.claim))}, but these files define ${listText(defined)}`,
        `set spec.storage.pvc.claim: ${valueText(defined[0])}`,
      );
    });
}

/** The claim can be in other files, but policies that define the volume or the class usually define the claim, too. */
function missingClaim(config: ObjectFacts): Finding[] {
  const name = fieldOf(config, FIELDS.claim);
  if (!name || isFilledIn(name) || !config.policy) return [];
  return [
    warning(
      'claim-name',
      config.at(FIELDS.claim),
      `the registry uses the claim ${valueText(name)}, but no policy in these files defines a claim`,
      'pass all files of the site, or add the claim: StoragePVC.yaml',
    ),
  ];
}

/** A Config without a claim is allowed, but then the registry does not use the claim in these files. */
function unusedClaims(_facts: unknown, { configs, claims, volumes }: RegistrySet): Finding[] {
  const [claim] = claims.filter(
    (each) =>
      fieldOf(each, FIELDS.namespace) === NAMES.namespace &&
      (each.policy !== undefined || volumes.some((volume) => sameClass(each, volume))),
  );
  if (!claim || configs.some((config) => fieldOf(config, FIELDS.claim))) return [];
  const name = valueText(fieldOf(claim, FIELDS.name));
  return configs
    .filter((config) => config.get(['spec', 'managementState']) !== 'Removed')
    .map((config) =>
      warning(
        'claim-name',
        config.at(FIELDS.claim),
        `the registry's Config names no claim, so that it does not use ${name}`,
        `set spec.storage.pvc.claim: ${name}`,
      ),
    );
}

/** The registry can use only claims in its own namespace. */
function claimNamespaces(_facts: unknown, { claims, claimsAreAssumed }: RegistrySet): Finding[] {
  if (claimsAreAssumed) return [];
  return claims
    .filter((claim) => !canBeEqual(fieldOf(claim, FIELDS.namespace), NAMES.namespace))
    .map((claim) =>
      error(
        'claim-namespace',
        claim.at(FIELDS.namespace),
        `the claim is in the namespace ${valueText(fieldOf(claim, FIELDS.namespace))}`,
        `set metadata.namespace: ${NAMES.namespace}`,
      ),
    );
}

/** A volume on a local disk is not created by a provisioner. */
function provisioners(_facts: unknown, { classes, volumes }: RegistrySet): Finding[] {
  const isLocal = (each: ObjectFacts): boolean =>
    fieldOf(each, FIELDS.name) === NAMES.storageClass ||
    volumes.some((volume) => classOf(volume) === fieldOf(each, FIELDS.name));
  return classes.flatMap((each) => {
    const value = fieldOf(each, FIELDS.provisioner);
    if (!isLocal(each) || isFilledIn(value) || value === 'kubernetes.io/no-provisioner') return [];
    return [
      error(
        'provisioner',
        each.at(FIELDS.provisioner),
        `the class has the provisioner ${valueText(value)}, which would create volumes itself`,
        'set provisioner: kubernetes.io/no-provisioner',
      ),
    ];
  });
}
